/** A short name for what a text says, whatever its case, spacing and punctuation: FNV-1a over its words. Not for security. Pure. */

const offset = 0xcbf29ce484222325n
const prime = 0x100000001b3n
const bits = 64

/** Letters and digits of a text, in any script, in lower case, with single spaces. */
export const wordsOf = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trim()

export function fingerprintOf(text: string): string {
  let hash = offset
  for (const byte of new TextEncoder().encode(wordsOf(text) || text)) hash = BigInt.asUintN(bits, (hash ^ BigInt(byte)) * prime)
  return hash.toString(16).padStart(bits / 4, '0')
}
