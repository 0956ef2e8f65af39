/** The nearest known word for a mistyped one; used by front matter and the configuration. Silent when nothing is near. */
import { distance } from 'fastest-levenshtein'

const plain = (word: string): string => word.toLowerCase().replaceAll(/[_\s-]/g, '')

/** The closest of `known`, or null when none is close enough to be meant. */
export const nearest = (word: string, known: readonly string[]): string | null => {
  let best: { word: string, distance: number } | null = null
  for (const candidate of known) {
    // Equal but for spelling conventions: the one in the writer's own spelling.
    const found = distance(plain(word), plain(candidate)) + distance(word, candidate) / 1000
    if (best === null || found < best.distance) best = { word: candidate, distance: found }
  }
  const tolerance = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3))
  return best !== null && Math.floor(best.distance) <= tolerance ? best.word : null
}

/** `; did you mean X?`, or nothing. */
export const suggestion = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known)
  return near === null || near === word ? '' : `; did you mean ${near}?`
}
