// Bundles the program into dist/: one tiny eager entry, one file for help, and chunks that each command loads.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
let esbuild
try {
  esbuild = await import('esbuild')
} catch {
  // A production install (no dev dependencies) ships dist/ already built.
  process.exit(0)
}

/** What depends on the commands and not on their code lies in one file, so that help costs one read; everybody else loads it in chunks. */
const helpApart = {
  name: 'help-apart',
  setup: build => build.onResolve({ filter: /\/help-page\.ts$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path: './help-page.js', external: true } : undefined)),
}

const options = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  logLevel: 'warning',
  // Some bundled CommonJS packages ask for require at run time; made only then.
  banner: { js: "const require=id=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);" },
  external: ['@secretlint/*', 'fsevents'],
}

/** Puts a fresh build in place: chunks first (their names are their contents), then the entries. A program that runs keeps its chunks for an hour. */
function install(fresh, outdir) {
  mkdirSync(`${outdir}/chunks`, { recursive: true })
  const chunks = readdirSync(`${fresh}/chunks`)
  for (const name of chunks) renameSync(`${fresh}/chunks/${name}`, `${outdir}/chunks/${name}`)
  for (const name of readdirSync(fresh)) if (name !== 'chunks') renameSync(`${fresh}/${name}`, `${outdir}/${name}`)
  const old = readdirSync(`${outdir}/chunks`).filter(name => !chunks.includes(name) && Date.now() - statSync(`${outdir}/chunks/${name}`).mtimeMs > 3_600_000)
  for (const name of old) rmSync(`${outdir}/chunks/${name}`)
  rmSync(fresh, { recursive: true, force: true })
}

/** Builds into `outdir`, beside it first, so that a running program never sees half a build. Returns what each file was made of. */
export async function build(outdir = `${root}/dist`, plugins = []) {
  const fresh = `${outdir}.${process.pid}`
  const entryPoints = { factory: 'src/cli/main.ts', ...(existsSync(`${root}/src/index.ts`) ? { index: 'src/index.ts' } : {}) }
  const { metafile } = await esbuild.build({ ...options, entryPoints, outdir: fresh, splitting: true, chunkNames: 'chunks/[name]-[hash]', metafile: true, plugins: [helpApart, ...plugins] })
  await esbuild.build({ ...options, entryPoints: { 'help-page': 'src/cli/help-page.ts' }, outdir: fresh, treeShaking: true, plugins: [declarationsOnly] })
  install(fresh, outdir)
  return metafile
}

/** In the file for help, what a command loads when it runs is left out: nobody runs one from there. */
const declarationsOnly = {
  name: 'declarations-only',
  setup: build => build.onResolve({ filter: /.*/ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined)),
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
