// npm run bench [-- NAME...]: bundles each measurement (Node 20 reads no TypeScript) and runs it. All are ratios to a reference of the same run.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnSync } from 'node:child_process'
import * as esbuild from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const all = ['log-append', 'log-replay', 'start-up', 'workspace']
const chosen = process.argv.length > 2 ? process.argv.slice(2).filter(name => all.includes(name)) : all
const folder = join(root, 'bench')
try {
  await esbuild.build({
    absWorkingDir: root, entryPoints: chosen.map(name => `bench/${name}.ts`), outdir: folder, entryNames: '.[name]', outExtension: { '.js': '.mjs' }, bundle: true, format: 'esm', platform: 'node',
    target: 'node20.19', external: ['@secretlint/*', 'esbuild', 'fsevents'], logLevel: 'warning',
    banner: { js: "const require=id=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);" },
  })
  for (const name of chosen) {
    console.log(`\n${name}`)
    const { status } = spawnSync(process.execPath, [join(folder, `.${name}.mjs`)], { cwd: root, stdio: 'inherit' })
    if (status !== 0) process.exitCode = 1
  }
} finally {
  for (const name of chosen) rmSync(join(folder, `.${name}.mjs`), { force: true })
}
