/**
 * Whether two specs may change the same file, judged on their `scope` globs alone. Conservative: only globs whose literal beginnings
 * part ways are disjoint; a spec without a scope may change anything. Pure.
 */
const special = /[*?[\]{}()!+@\\|]/

/** What every path that the glob matches begins with. */
function literalStart(glob: string): string {
  const plain = glob.normalize('NFC').toLowerCase().replace(/^(?:\.?\/)+/, '')
  if (plain.split('/').includes('..')) return ''
  const end = plain.search(special)
  return end === -1 ? plain : plain.slice(0, end)
}

const meet = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a)

export function scopesOverlap(first: readonly string[], second: readonly string[]): boolean {
  if (first.length === 0 || second.length === 0) return true
  const starts = second.map(literalStart)
  return first.map(literalStart).some(a => starts.some(b => meet(a, b)))
}
