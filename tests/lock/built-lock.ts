/** Builds the lock as one module that plain node processes can load, for tests with real processes. */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

export function buildLock(): string {
  // Inside node_modules, so that the built module finds its packages.
  const outfile = `${root}/node_modules/.cache/factory-tests/lock-${process.pid}.mjs`
  mkdirSync(`${root}/node_modules/.cache/factory-tests`, { recursive: true })
  buildSync({ entryPoints: [`${root}/src/log/lock.ts`], outfile, bundle: true, packages: 'external', format: 'esm', platform: 'node', target: 'node20' })
  return outfile
}

export const childScript = fileURLToPath(new URL('lock-child.mjs', import.meta.url))
