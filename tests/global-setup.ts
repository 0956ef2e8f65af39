/** Builds the program once per test run, if a source is newer than the build. End-to-end tests run what ships: `bin/factory.mjs`. */
import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

function newest(directory: string): number {
  const times = readdirSync(directory, { withFileTypes: true }).map(entry => {
    const path = `${directory}/${entry.name}`
    return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs
  })
  return Math.max(0, ...times)
}

const builtAt = (): number => statSync(`${root}dist/help-page.js`, { throwIfNoEntry: false })?.mtimeMs ?? 0

export default async function setup(): Promise<void> {
  const sources = Math.max(...['src', 'reducers', 'projections', 'bin'].map(name => newest(`${root}${name}`)))
  if (builtAt() > sources) return
  const { build } = await import('../bin/build.mjs')
  try {
    await build()
  } catch (error) {
    // Tests of single rooms can still run; the end-to-end tests then run the last build, or fail for want of one.
    console.error('the program could not be built:', error instanceof Error ? error.message : error)
  }
}
