/** How long ago, in one word: `just now`, `5m ago`, `3h ago`, `2d ago`. */
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** `unknown` for a moment that cannot be read; a moment ahead of the clock is now. */
export function age(moment: string | null | undefined, now: Date): string {
  const then = moment === null || moment === undefined ? Number.NaN : Date.parse(moment)
  if (Number.isNaN(then)) return 'unknown'
  const passed = Math.max(0, now.getTime() - then)
  if (passed < minuteMs) return 'just now'
  if (passed < hourMs) return `${Math.floor(passed / minuteMs)}m ago`
  return passed < dayMs ? `${Math.floor(passed / hourMs)}h ago` : `${Math.floor(passed / dayMs)}d ago`
}

/** `1.2s`, `3m 5s`, `2h 4m`. */
export function lasting(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000)
  if (durationMs < 10_000) return `${(durationMs / 1000).toFixed(1)}s`
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes}m ${seconds % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`
}
