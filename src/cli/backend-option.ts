/** `--backend` and the other words for it: `--runner`, `--adapter`, `--provider`, and FACTORY_RUNNER in the environment. */
import type { OptionSpec } from './command.ts'
import type { Invocation } from './invocation.ts'

const words = ['backend', 'runner', 'adapter', 'provider'] as const

export const backendOption: readonly OptionSpec[] = words.map((word, at) => ({
  flags: `--${word} <name>`,
  summary: at === 0 ? 'the backend; also --runner, --adapter, --provider' : 'the same as --backend',
  hidden: at > 0,
}))

/** The backend that was named, `anthropic` read as `claude`; the command line wins over FACTORY_RUNNER. */
export function backendNamed(call: Pick<Invocation, 'option' | 'env'>, from: { readonly env: boolean }): string | null {
  const typed = words.map(word => call.option(word)).find(value => value !== undefined)
  const name = typed ?? (from.env ? call.env['FACTORY_RUNNER'] : undefined)
  if (name === undefined || name === '') return null
  return name === 'anthropic' ? 'claude' : name
}
