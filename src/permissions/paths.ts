/**
 * Paths inside a workspace: one normal form, and prefixes that match at segment boundaries only.
 * Used by every access decision; lexical, no file is looked at.
 */
import { isClosed } from '../formats/permission-mode.ts'

/** Control characters, line separators, and marks that turn the rest of a line around: no name needs them. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/

/** Segments of a path relative to the workspace, or null when it lies outside or is none. */
export const segmentsOf = (path: string): readonly string[] | null => {
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || unprintable.test(path)) return null
  const segments: string[] = []
  for (const segment of path.normalize('NFC').split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) return null
  }
  return segments
}

/** The normal form: no `.`, `..`, `//` or trailing slash; null outside the workspace. */
export const normalPath = (path: string): string | null => segmentsOf(path)?.join('/') ?? null

export interface PrefixMatch {
  /** What `{agent}` stood for, where the pattern has it. */
  readonly agent: string | null
  /** Comparable: how many segments, then how many of them literal. */
  readonly specificity: readonly [segments: number, literal: number]
}

const patterns = new Map<string, readonly string[] | null>()
const patternLimit = 2_000

/** Segments of a rule's path; the same few rules are asked about for every file of a view, so they are split once. */
const patternSegments = (pattern: string): readonly string[] | null => {
  const known = patterns.get(pattern)
  if (known !== undefined) return known
  if (patterns.size >= patternLimit) patterns.clear()
  const segments = segmentsOf(pattern)
  patterns.set(pattern, segments)
  return segments
}

/** Whether `pattern` (a path, `*` one segment, `{agent}` an agent's name) is `path` or a folder above it. */
export const matchPrefix = (pattern: string, path: readonly string[], agents: readonly string[]): PrefixMatch | null => {
  const wanted = patternSegments(pattern)
  if (wanted === null || wanted.length === 0 || wanted.length > path.length) return null
  let agent: string | null = null
  let literal = 0
  for (const [index, segment] of wanted.entries()) {
    const given = path[index] ?? ''
    if (segment === '{agent}') {
      if (!agents.includes(given) || (agent !== null && agent !== given)) return null
      agent = given
    } else if (segment !== '*') {
      if (segment !== given) return null
      literal += 1
    }
  }
  return { agent, specificity: [wanted.length, literal] }
}

/** Positive when `a` is the more specific. */
export const bySpecificity = (a: PrefixMatch, b: PrefixMatch): number =>
  a.specificity[0] - b.specificity[0] || a.specificity[1] - b.specificity[1]

/** Whether a flat rule may speak although a resource matches: it names a path further down, and the resource is not closed. */
export const opens = (rule: PrefixMatch, resource: PrefixMatch, mode: string): boolean =>
  rule.specificity[0] > resource.specificity[0] && !isClosed(mode)
