// Bundles the program into dist/: one tiny eager entry, one file for help, and chunks that each command loads.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
let esbuild
try {
  esbuild = await import('esbuild')
} catch {
  // A production install (no dev dependencies) ships dist/ already built.
  process.exit(0)
}

/** The entry and the help page are one file each, so that the version costs one read and help two; what they lead to is built apart. */
const apart = {
  name: 'apart',
  setup: build => build.onResolve({ filter: /.*/ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path: path.replace(/\.ts$/, '.js'), external: true } : undefined)),
}

/** Of the manifest only the version goes into the program. */
const versionOnly = {
  name: 'version-only',
  setup: build => build.onLoad({ filter: /package\.json$/ }, ({ path }) => (path === `${root}package.json` ? { contents: JSON.stringify({ version: JSON.parse(readFileSync(path, 'utf8')).version }), loader: 'json' } : undefined)),
}

const options = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
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
export async function build(outdir = `${root}dist`, plugins = []) {
  const fresh = `${outdir}.${process.pid}`
  const entryPoints = { program: 'src/cli/program.ts', ...(existsSync(`${root}src/index.ts`) ? { index: 'src/index.ts' } : {}) }
  const { metafile } = await esbuild.build({ ...options, entryPoints, outdir: fresh, splitting: true, chunkNames: 'chunks/[name]-[hash]', metafile: true, plugins: [versionOnly, ...plugins] })
  await esbuild.build({ ...options, entryPoints: { factory: 'src/cli/main.ts', 'help-page': 'src/cli/help-page.ts' }, outdir: fresh, plugins: [versionOnly, apart] })
  install(fresh, outdir)
  return metafile
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
