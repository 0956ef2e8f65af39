/**
 * Secrets leave a text before it is stored for ever. Called for everything an agent or a person wrote before it becomes a
 * blob. The rules are secretlint's, a few patterns that it lacks, and the values of this machine's own secret variables.
 * Same text and variables, same result; redacting twice changes nothing. Ordinary text never loads the library, and nothing
 * here waits: texts are stored in the middle of a transaction. So secretlint's rules are run directly, without its runner.
 */
import { createRequire } from 'node:module'
import type { creator as presetCreator } from '@secretlint/secretlint-rule-preset-recommend'

export interface Redaction {
  readonly text: string
  /** What was found, by rule, in order of name. */
  readonly found: readonly { readonly rule: string; readonly count: number }[]
}

export type Redactor = (text: string) => Redaction

interface Range {
  readonly start: number
  readonly end: number
  readonly rule: string
}

/** Something in the text could be a secret; wider than every rule, so that nothing is missed where it says no. */
const marker = new RegExp([
  'A3T|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA|AIza|(?:SECRET|secret|Secret)_?(?:ACCESS|access|Access)',
  'gh[pousr]_|github_pat_|glpat-|npm_|_authToken|dckr_pat_|gl(?:c|sa)_|lin_api_|ntn_[0-9]|figd_|gsk_|hf_[A-Za-z]|ops_ey|vc[piark]_|dapi[0-9A-Fa-f]',
  'sk-(?:proj|svcacct|admin|ant)-|T3BlbkFJ|xox[a-z]-|xapp-|SG\\.\\w|shp(?:pa|ca|at|ss)_|hv[sbr]\\.',
  'PRIVATE KEY|:\\/\\/[^\\s/@]{1,600}@|x-oauth-basic|\\b[Bb]earer\\s|\\beyJ|(?:https|HTTPS):\\/\\/[Hh][Oo][Oo][Kk][Ss]\\.',
].join('|'))

/** What the preset does not know; each has so exact a shape that ordinary text does not meet it. */
const patterns: readonly { readonly rule: string; readonly pattern: RegExp }[] = [
  // Only with its content: a text that merely names the header is left alone.
  { rule: 'private-key', pattern: /-----BEGIN[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:\s+[A-Z][\w-]*:[^\n]*)*(?:(?:\\[nr]|\s)+[A-Za-z0-9+/=]{16,})+(?:\\[nr]|\s)*[A-Za-z0-9+/=]{0,15}(?:\\[nr]|\s)*(?:-----END[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?/g },
  { rule: 'aws-access-key-id', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { rule: 'google-api-key', pattern: /\bAIza[\w-]{35}(?![\w-])/g },
  { rule: 'openai', pattern: /\bsk-(?:proj|svcacct|admin)-[\w-]{40,200}/g },
  { rule: 'anthropic', pattern: /\bsk-ant-[\w-]{40,200}/g },
  { rule: 'bearer', pattern: /(?<=\bBearer\s{1,4})[A-Za-z0-9._~+/-]{20,4096}=*/gi },
  { rule: 'npm', pattern: /(?<=_authToken=)[^\s$"'[\]]{8,4096}/g },
  { rule: 'json-web-token', pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g },
]

const mark = /^\s*\[redacted:[^\]\s]*\]\s*$/
const secretName = /(TOKEN|SECRET|PASSWORD|API_?KEY|CREDENTIAL)/i
const shortestValue = 8
// A very long line of text may hold anything; the library's expressions are run over pieces that overlap.
const pieceChars = 1_000_000
const overlapChars = 20_000
const mostRounds = 20

/** Whether a text is worth looking at closely. Synchronous and cheap: one expression. */
export const mayHoldSecret = (text: string): boolean => marker.test(text)

/** A redactor for this environment. `environment` is read once, here. */
export function createRedactor(environment: Readonly<Record<string, string | undefined>> = process.env): Redactor {
  const literals = secretValues(environment)
  const pass = (text: string): Redaction => {
    const ranges = literalRanges(text, literals)
    if (mayHoldSecret(text)) ranges.push(...patternRanges(text), ...libraryRanges(text))
    return replace(text, ranges)
  }
  return text => untilNothingIsFound(text, pass)
}

/** Taking one secret out can free the edge of another that was glued to it, so a text is looked at until it is clean. */
function untilNothingIsFound(text: string, pass: Redactor): Redaction {
  const counts = new Map<string, number>()
  let current = text
  for (let round = 0; round < mostRounds; round += 1) {
    const result = pass(current)
    if (result.found.length === 0) break
    for (const { rule, count } of result.found) counts.set(rule, (counts.get(rule) ?? 0) + count)
    current = result.text
  }
  return { text: current, found: byRule(counts) }
}

const byRule = (counts: ReadonlyMap<string, number>): Redaction['found'] =>
  [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([rule, count]) => ({ rule, count }))

/** Redact with the variables of this process. */
export const redactSecrets = (text: string): Redaction => createRedactor()(text)

/** Longest first, so that a value which contains another is replaced whole. */
function secretValues(environment: Readonly<Record<string, string | undefined>>): readonly { rule: string; value: string }[] {
  return Object.entries(environment)
    .flatMap(([name, value]) => secretName.test(name) && isSecretValue(value) ? [{ rule: `env-${name}`, value }] : [])
    .sort((a, b) => b.value.length - a.value.length || (a.rule < b.rule ? -1 : 1))
}

/** Paths, numbers and plain words in such variables (a file with the token, a limit, a flag) are no secrets. */
const isSecretValue = (value: string | undefined): value is string =>
  value !== undefined && value.length >= shortestValue && !/^(?:[./~][^\s]*\/|\d+$|[a-z]+$)/.test(value)

function literalRanges(text: string, literals: readonly { rule: string; value: string }[]): Range[] {
  return literals.flatMap(({ rule, value }) => {
    const ranges: Range[] = []
    for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + value.length)) {
      ranges.push({ start, end: start + value.length, rule })
    }
    return ranges
  })
}

function patternRanges(text: string): readonly Range[] {
  return patterns.flatMap(({ rule, pattern }) =>
    [...text.matchAll(pattern)].map(match => ({ start: match.index, end: match.index + match[0].length, rule })))
}

function libraryRanges(text: string): readonly Range[] {
  const ranges: Range[] = []
  for (let offset = 0; offset === 0 || offset < text.length; offset += pieceChars) {
    const shift = Math.max(0, offset - overlapChars)
    const found = scan(text.slice(shift, offset + pieceChars))
    ranges.push(...found.map(({ start, end, rule }) => ({ start: start + shift, end: end + shift, rule })))
  }
  return ranges
}

type PresetContext = Parameters<typeof presetCreator.create>[0]
type Rule = Parameters<PresetContext['registerRule']>[0]
type RuleContext = Parameters<Rule['create']>[0]
type Source = Parameters<NonNullable<ReturnType<Rule['create']>['file']>>[0]

let loaded: readonly Rule[] | undefined

/** Rules that look at text; the one that lets comments switch rules off is left out. */
function rules(): readonly Rule[] {
  if (loaded !== undefined) return loaded
  const preset = createRequire(import.meta.url)('@secretlint/secretlint-rule-preset-recommend') as { creator: typeof presetCreator }
  const registered: Rule[] = []
  void preset.creator.create({ sharedOptions: {}, registerRule: rule => { registered.push(rule) } }, {})
  loaded = registered.filter(({ meta }) => !meta.id.endsWith('-filter-comments') && meta.supportedContentTypes.some(type => type !== 'binary'))
  return loaded
}

function scan(content: string): readonly Range[] {
  const source = { content, filePath: 'text', ext: '', contentType: 'text', hasBOM: false } as unknown as Source
  const ranges: Range[] = []
  for (const rule of rules()) {
    const name = rule.meta.id.replace('@secretlint/secretlint-rule-', '')
    const context = {
      sharedOptions: {},
      createTranslator: () => (messageId: string) => ({ message: '', messageId }),
      ignore: () => {},
      report: ({ range: [start, end] }: { range: readonly [number, number] }) => { ranges.push({ start, end, rule: name }) },
    } as unknown as RuleContext
    void rule.create(context, {}).file?.(source)
  }
  return ranges
}

/** Overlapping finds become one replacement under the name of the first. */
function replace(text: string, ranges: readonly Range[]): Redaction {
  const counts = new Map<string, number>()
  let redacted = ''
  let position = 0
  // What a rule finds again in a redacted text is its own mark.
  const fresh = ranges.filter(({ start, end }) => !mark.test(text.slice(start, end)))
  for (const { start, end, rule } of united(fresh)) {
    redacted += `${text.slice(position, start)}[redacted:${rule}]`
    position = end
    counts.set(rule, (counts.get(rule) ?? 0) + 1)
  }
  return { text: redacted + text.slice(position), found: byRule(counts) }
}

function united(ranges: readonly Range[]): readonly Range[] {
  const sorted = ranges.filter(range => range.end > range.start).sort((a, b) => a.start - b.start || b.end - a.end || (a.rule < b.rule ? -1 : 1))
  const result: Range[] = []
  for (const range of sorted) {
    const last = result.at(-1)
    if (last !== undefined && range.start < last.end) result[result.length - 1] = { ...last, end: Math.max(last.end, range.end) }
    else result.push(range)
  }
  return result
}
