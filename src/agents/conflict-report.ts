/**
 * The report of a verified change that conflicts with its target: which files, what the target did to them since, and the change itself as
 * a patch, so that the next attempt (which begins on the target) can make it anew. Called by delivery.
 */
import { withTrustedGit } from '../projects/git.ts'
import { git, textOf } from '../workspace/git-command.ts'
import { fenced } from './prompt-budget.ts'

export interface ConflictParts {
  readonly project: string
  readonly name: string
  readonly target: string
  readonly head: string
  readonly commit: string
  readonly base: string | null
  readonly paths: readonly string[]
}

const mostPatch = 40_000

export async function conflictReport(parts: ConflictParts): Promise<string> {
  const { project, name, target, head, commit, base, paths } = parts
  const { theirs, own } = await withTrustedGit(project, async options => {
    const diff = async (from: string, to: string, only: readonly string[]): Promise<string> =>
      textOf(await git(['diff', '--no-ext-diff', '--no-textconv', '--no-color', '--end-of-options', from, to, '--', ...only], options)) ?? ''
    const fork = textOf(await git(['merge-base', head, commit], options)) ?? base ?? head
    return { theirs: await diff(fork, head, paths), own: await diff(fork, commit, []) }
  })
  return `${[
    `# ${name}`, 'verdict: NOT SATISFIED', '## Summary', `The change was verified, but ${target} has moved on and both changed the same lines of: ${paths.map(path => `\`${path}\``).join(', ')}.`,
    '## Path to Resolution', `Make the change again on the present ${target}, which you are given, keeping what was done there since.`,
    `Since the change began, ${target} did this to the files in conflict:`, patch(theirs), 'The change that was verified:', patch(own),
  ].join('\n\n')}\n`
}

const patch = (text: string): string => fenced(text.length <= mostPatch ? text : `${text.slice(0, mostPatch)}\n… ${text.length - mostPatch} characters left out …`, 'diff')
