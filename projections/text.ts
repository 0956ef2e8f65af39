/** How projected Markdown is put together: blocks separated by one empty line, one newline at the end. Used by the rendered files. */

/** Blocks without the empty ones, as one document. */
export const blocks = (parts: readonly (string | null)[]): string => `${parts.filter(part => part !== null && part !== '').join('\n\n')}\n`

/** `- key: value` lines; a value of null leaves its line out. A value with several lines is indented below its key. */
export const fields = (entries: readonly (readonly [key: string, value: string | null])[]): string =>
  entries.flatMap(([key, value]) => (value === null ? [] : [`- ${key}:${value === '' ? '' : ` ${indented(value)}`}`])).join('\n')

/** Several lines inside a list item. */
export const indented = (text: string): string => text.trim().split('\n').map((line, index) => (index === 0 || line === '' ? line : `  ${line}`)).join('\n')

/** Words that stand in a heading: one line. */
export const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

/** Order of code units, the same on every machine. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Somebody's words as a quotation, so that a heading or a fence in them cannot end the entry they stand in. */
export const quoted = (text: string): string => text.trim().split('\n').map(line => (line === '' ? '>' : `> ${line}`)).join('\n')
