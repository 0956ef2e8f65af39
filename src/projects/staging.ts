/**
 * The content of a working tree as a git tree, without running or believing anything in it. Called by `commitChanges`.
 * Links between repositories (submodules) stay as the base had them; repositories that the agent made inside the tree come
 * in as plain files, because a link to a repository nobody else has would lose them. What git cannot take (a pipe in the place of a
 * file, a name that it refuses) is the fault of whoever left it: `project-unfit`.
 */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { FactoryError, isFactoryError } from '../error.ts'
import { type GitOptions, git, partsOf } from '../workspace/git-command.ts'
import { line, must } from './git.ts'

interface Submodule {
  readonly path: string
  readonly commit: string
}

// A repository in a repository in a repository … : nobody means that.
const deepestNesting = 8

/** The tree of `own.workTree`, staged on top of `base`. Returns its id. */
export async function stageWorkTree(own: GitOptions, base: string): Promise<string> {
  await must('read the base', git(['read-tree', '--end-of-options', base], own))
  const submodules = await submodulesIn(own)
  // Taken out while staging: git would look into them, with their own configuration.
  await forget(own, submodules.map(({ path }) => path))
  // A submodule whose folder is gone, or that became a file, was removed by the agent.
  const staying = submodules.filter(({ path }) => lstatSync(join(own.workTree ?? '', path), { throwIfNoEntry: false })?.isDirectory() === true)
  await stageFiles(own, new Set(staying.map(({ path }) => path)), 0)
  await putBack(own, staying)
  return line(await must('write the tree', git(['write-tree'], own)))
}

async function stageFiles(own: GitOptions, leave: ReadonlySet<string>, depth: number): Promise<void> {
  const nested = await nestedRepositories(own)
  const skipped = [...new Set([...nested, ...leave])]
  const excludes = skipped.map(path => `:(exclude,top,literal)${path}`)
  await fit(must('stage what changed', git(['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'], { ...own, input: ['.', ...excludes].map(spec => `${spec}\0`).join(''), magicPathspecs: true, timeoutMs: stageMs })))
  for (const path of nested) if (!leave.has(path)) await stageNested(own, path, depth + 1)
}

const stageMs = 600_000

async function fit(staging: Promise<Buffer>): Promise<void> {
  try {
    await staging
  } catch (error) {
    if (!isFactoryError(error) || error.code !== 'git-failed') throw error
    throw new FactoryError('project-unfit', error.message, { mend: 'the agent has to leave plain files and links with usual names', cause: error })
  }
}

/** A repository inside the tree: its files are staged by an index of their own and put where it lies. */
async function stageNested(own: GitOptions, path: string, depth: number): Promise<void> {
  if (depth > deepestNesting) throw new FactoryError('project-unfit', `${path} holds repositories inside repositories, ${depth} deep`)
  const inner: GitOptions = { ...own, workTree: join(own.workTree ?? '', path), env: { ...own.env, GIT_INDEX_FILE: join(own.gitDir, `index-${depth}`) } }
  await must('begin a nested tree', git(['read-tree', '--empty'], inner))
  await stageFiles(inner, new Set(), depth)
  const tree = line(await must('write a nested tree', git(['write-tree'], inner)))
  await must('make room for a nested tree', git(['rm', '-r', '--cached', '--quiet', '--ignore-unmatch', '--', path], own))
  await must('put a nested tree in its place', git(['read-tree', `--prefix=${path}/`, tree], own))
}

/** Git lists an unknown repository as one entry that ends with a slash. */
async function nestedRepositories(own: GitOptions): Promise<readonly string[]> {
  const listed = partsOf(await must('list new files', git(['ls-files', '-z', '--others', '--exclude-standard'], { ...own, timeoutMs: stageMs })))
  return listed.filter(path => path.endsWith('/')).map(path => path.slice(0, -1))
}

async function submodulesIn(own: GitOptions): Promise<readonly Submodule[]> {
  return partsOf(await must('list submodules', git(['ls-files', '-z', '--stage'], own))).flatMap(entry => {
    const [, commit, path] = /^160000 ([0-9a-f]+) 0\t([\s\S]+)$/.exec(entry) ?? []
    return commit === undefined || path === undefined ? [] : [{ path, commit }]
  })
}

/** The staged tree with these paths as the base has them. Returns its id. */
export async function withoutPaths(own: GitOptions, base: string, paths: readonly string[]): Promise<string> {
  await forget(own, paths)
  const inBase = partsOf(await must('read what was there before', git(['ls-tree', '-r', '-z', '--full-tree', '--end-of-options', base], own)))
  const kept = inBase.filter(entry => { const path = entry.slice(entry.indexOf('\t') + 1); return paths.some(one => path === one || path.startsWith(`${one}/`)) })
  await must('put back what was there before', git(['update-index', '-z', '--index-info'], { ...own, input: kept.map(entry => `${entry}\0`).join('') }))
  return line(await must('write the tree', git(['write-tree'], own)))
}

async function forget(own: GitOptions, paths: readonly string[]): Promise<void> {
  if (paths.length > 0) await must('set submodules aside', git(['update-index', '--force-remove', '-z', '--stdin'], { ...own, input: paths.map(path => `${path}\0`).join('') }))
}

async function putBack(own: GitOptions, submodules: readonly Submodule[]): Promise<void> {
  if (submodules.length === 0) return
  await must('put submodules back', git(['update-index', '--add', '--replace', '-z', '--index-info'], { ...own, input: submodules.map(({ path, commit }) => `160000 ${commit}\t${path}\0`).join('') }))
}
