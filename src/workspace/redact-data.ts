/** Secrets leave what an event says as they leave documents: every text in its data is redacted before it is appended. */
export function redactData<Value>(value: Value, redact: (text: string) => string): Value {
  return redacted(value, redact) as Value
}

/** The same object where nothing was found. */
function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value !== 'object' || value === null) return value
  const before: [string, unknown][] = Object.entries(value)
  const after = before.map(([key, one]): [string, unknown] => [key, redacted(one, redact)])
  if (after.every(([, one], position) => one === before[position]?.[1])) return value
  return Array.isArray(value) ? after.map(([, one]) => one) : Object.fromEntries(after)
}
