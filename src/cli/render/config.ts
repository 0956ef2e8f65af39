/** The configuration in force, secrets masked, and its problems. */
import { stringify } from 'yaml'
import type { Config } from '../../config/model.ts'
import type { ConfigProblem } from '../../config/problem.ts'
import { formatConfigProblem } from '../../config/problem.ts'
import { Refusal } from '../../error.ts'
import { say } from '../messages.ts'
import { red, yellow } from '../paint.ts'

const secret = /key|token|secret|password|credential/i
const masked = (value: string): string => (value.length <= 4 ? '****' : `${'*'.repeat(value.length - 4)}${value.slice(-4)}`)

function mask(value: unknown, key: string): unknown {
  if (typeof value === 'string') return secret.test(key) ? masked(value) : value
  if (Array.isArray(value)) return value.map(one => mask(one, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mask(one, name)]))
}

/** All of it, or the part that a dotted key names. Only texts below `env` and `options` can hold secrets. */
export function shownConfig(config: Config, key: string | null, reveal: boolean): unknown {
  const hidden = reveal ? config : { ...config, backends: mask(config.backends, 'backends') }
  return key === null ? hidden : key.split('.').reduce<unknown>((part, name) => within(part, name, key), hidden)
}

function within(part: unknown, name: string, key: string): unknown {
  if (Array.isArray(part)) {
    const found: unknown = part.find(one => (one as { name?: unknown }).name === name)
    if (found !== undefined) return found
  } else if (typeof part === 'object' && part !== null && Object.hasOwn(part, name)) {
    return (part as Record<string, unknown>)[name]
  }
  throw new Refusal('config-key-unknown', `The configuration has no ${key}.`, 'factory config show lists all keys')
}

export function renderConfig(shown: unknown, problems: readonly ConfigProblem[]): string {
  return [...problems.map(problem => red(formatConfigProblem(problem))), stringify(shown, { lineWidth: 0 })].join('\n')
}

export function renderProblems(problems: readonly ConfigProblem[], warnings: readonly ConfigProblem[]): string {
  const noted = warnings.map(one => yellow(formatConfigProblem(one)))
  return problems.length === 0 ? [say('config.fine'), ...noted].join('\n') : [say('config.problems', { n: problems.length }), ...problems.map(one => red(formatConfigProblem(one))), ...noted].join('\n')
}
