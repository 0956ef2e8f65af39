/** Plain tables for people: cells made literal first, so that widths are right; no lines, two spaces between columns. */
import Table from 'cli-table3'
import { oneLine } from './literal.ts'
import { bold } from './paint.ts'

const chars = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ',
}

const trimmed = (text: string): string => text.split('\n').map(line => line.trimEnd()).join('\n')

/** Rows under their headings; an empty list of rows gives the empty text. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number | null)[])[], cellLimit = 72): string {
  if (rows.length === 0) return ''
  const layout = new Table({ chars, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true } })
  layout.push([...headings], ...rows.map(row => row.map(cell => (cell === null ? '-' : oneLine(String(cell), cellLimit)))))
  const [head = '', ...body] = trimmed(layout.toString()).split('\n')
  return [bold(head), ...body].join('\n')
}
