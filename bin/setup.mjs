// Makes `npm run demo` and `npm test` work in a fresh clone: installs what is missing, then builds.
import { existsSync, statSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}/node_modules/.package-lock.json`
const installed = existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(`${root}/package-lock.json`).mtimeMs - 1000
if (!installed) run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'])
run(process.execPath, ['bin/build.mjs'])

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) process.exit(status ?? 1)
}
