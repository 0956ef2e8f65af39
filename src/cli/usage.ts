/** Wrong usage: one sentence, the nearest known word, where the help is; exit code 64. */
import { FactoryError } from '../error.ts'

export const usage = (code: string, message: string, mend: string): FactoryError => new FactoryError(code, message, { exitCode: 64, mend })

const codes: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'unknown-option',
  'commander.missingArgument': 'missing-argument',
  'commander.optionMissingArgument': 'missing-argument',
  'commander.missingMandatoryOptionValue': 'missing-option',
  'commander.excessArguments': 'too-many-arguments',
  'commander.invalidArgument': 'invalid-argument',
}

/** What the parser says, in Factory's form: `error: unknown option '--x'\n(Did you mean --y?)`. */
export function usageOf(error: { readonly code: string; readonly message: string }, command: string): FactoryError {
  const [said = '', hint = ''] = error.message.replace(/^error: /, '').split('\n')
  const sentence = `${said.charAt(0).toUpperCase()}${said.slice(1).replace(/\.$/, '')}.`
  const nearest = /\((.*)\)/.exec(hint)?.[1]
  return usage(codes[error.code] ?? 'usage', nearest === undefined ? sentence : `${sentence} ${nearest}`, `factory ${command} --help`.replaceAll('  ', ' '))
}

export async function unknownCommand(word: string, known: readonly string[]): Promise<FactoryError> {
  const { nearest } = await import('../formats/nearest.ts')
  const near = nearest(word, known)
  return usage('unknown-command', `There is no command '${word}'.${near === null ? '' : ` Did you mean ${near}?`}`, 'factory --help')
}
