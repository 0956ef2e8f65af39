/**
 * Colour as marks: renderers wrap words in noncharacters of Unicode, and output.ts turns the marks into colour at the very end, or drops them.
 * So text can be made literal after it was painted, and no renderer needs to know whether a terminal looks.
 */
const styles = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const
export type Style = (typeof styles)[number]

const first = 0xfdd0
const mark = (index: number): string => String.fromCharCode(first + index)
const brush = (style: Style) => (text: string): string => {
  const index = styles.indexOf(style) * 2
  return text === '' ? '' : `${mark(index)}${text}${mark(index + 1)}`
}

export const bold = brush('bold')
export const dim = brush('dim')
export const red = brush('red')
export const green = brush('green')
export const yellow = brush('yellow')
export const cyan = brush('cyan')

const marks = /[\ufdd0-\ufdef]/g
export const isPainted = (text: string): boolean => text.search(marks) !== -1
export const withoutPaint = (text: string): string => text.replaceAll(marks, '')

type Colours = Readonly<Record<Style, (text: string) => string>>

/** The text with its marks as the sequences of `colours`. */
export function withPaint(text: string, colours: Colours): string {
  const sequences = styles.flatMap(style => {
    const [open = '', close = ''] = colours[style]('|').split('|')
    return [open, close]
  })
  return text.replaceAll(marks, found => sequences[found.charCodeAt(0) - first] ?? '')
}
