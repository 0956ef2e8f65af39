/** Durations as people write them: `500ms`, `30s`, `10m`, `2h`, `1d`. Milliseconds everywhere else. */
const units: readonly (readonly [string, number])[] = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1_000], ['ms', 1]]

/** Milliseconds, or null when the text is no duration of one unit. */
export const parseDuration = (text: string): number | null => {
  const found = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d)$/.exec(text.trim())
  const factor = units.find(([unit]) => unit === found?.[2])?.[1]
  return found === null || factor === undefined ? null : Math.round(Number(found[1]) * factor)
}

/** The shortest exact form: 5400000 is `90m`. */
export const formatDuration = (ms: number): string => {
  const [unit, factor] = units.find(([, candidate]) => ms >= candidate && ms % candidate === 0) ?? ['ms', 1]
  return `${ms / factor}${unit}`
}
