/**
 * Text of agents, files and other programs, printed literally: control characters are shown, not obeyed, and nothing can reorder a line.
 * Applied by output.ts to everything that is printed for people.
 */
// C0 and C1 controls, DEL, bidirectional marks and overrides, zero-width characters, line separators. Tab and line feed stay.
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const shown = (character: string): string => {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** The text with every control character written out; CR LF counts as a line feed. */
export const literal = (text: string): string => text.replaceAll('\r\n', '\n').replaceAll(unsafe, shown)

/** The same on one line: line feeds and tabs become spaces, and what is over `limit` characters is cut. */
export function oneLine(text: string, limit = 200): string {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  const characters = [...line]
  return literal(characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : line)
}
