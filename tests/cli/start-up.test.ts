import { readFileSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { newWorkspace, program, temporaryDirectory } from './factory.ts'
import type { TestWorkspace } from './factory.ts'

/** The files of the build that one call really loaded, as node's own coverage tells. */
async function loaded(workspace: TestWorkspace, args: readonly string[]): Promise<string[]> {
  const coverage = temporaryDirectory()
  const ran = await workspace.factory(args, { env: { NODE_V8_COVERAGE: coverage } })
  expect(ran.exitCode, ran.stderr).toBe(0)
  const urls = readdirSync(coverage).flatMap(file => (JSON.parse(readFileSync(`${coverage}/${file}`, 'utf8')) as { result: { url: string }[] }).result.map(({ url }) => url))
  expect(urls.filter(url => url.includes('/node_modules/'))).toEqual([])
  return [...new Set(urls.filter(url => url.includes('/dist/')))]
}

const source = (url: string): string => readFileSync(new URL(url), 'utf8')

/** Words that only the code of a package holds, whatever the bundler renames. */
const marks: Readonly<Record<string, RegExp>> = {
  zod: /ZodError|invalid_type/, yaml: /YAMLParseError|tag:yaml\.org/, execa: /ExecaError|execaSync/, 'simple-git': /GitResponseError/,
  mdast: /labelStartImage|listItemPrefix/, chokidar: /awaitWriteFinish/,
}

describe('what a start loads', () => {
  let workspace: TestWorkspace
  beforeAll(async () => {
    workspace = await newWorkspace()
    await workspace.factory(['pause', '--off'])
  })

  test('the version needs the entry alone', async () => {
    expect((await loaded(workspace, ['--version'])).map(url => basename(url))).toEqual(['factory.js'])
  })

  test.each([[['--help']], [['status', '--help']], [['help', 'decide']]])('help (%j) needs one file more', async args => {
    expect((await loaded(workspace, args)).map(url => basename(url)).sort()).toEqual(['factory.js', 'help-page.js'])
  })

  test.each([[['status']], [['status', '--json']], [['decide']], [['needs']], [['triage']], [['log']]])('%j loads no parser, no schema and no process library', async args => {
    const texts = (await loaded(workspace, args)).map(source)
    expect(texts.length).toBeGreaterThan(3)
    const found = Object.entries(marks).filter(([, mark]) => texts.some(text => mark.test(text))).map(([name]) => name)
    expect(found).toEqual([])
  })

  test('the marks are found where those packages are', () => {
    const chunks = new URL('chunks/', new URL('../dist/', `file://${program}`))
    const everything = readdirSync(chunks).map(name => readFileSync(new URL(name, chunks), 'utf8'))
    for (const name of ['zod', 'yaml', 'mdast', 'chokidar']) expect(everything.some(text => marks[name]?.test(text)), name).toBe(true)
  })
})
