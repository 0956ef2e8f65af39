// Bundles the program into dist/: one small eager entry (the command parser) and chunks that each command loads.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
let esbuild
try {
  esbuild = await import('esbuild')
} catch {
  // A production install (no dev dependencies) ships dist/ already built.
  process.exit(0)
}
rmSync(`${root}/dist`, { recursive: true, force: true })
await esbuild.build({
  absWorkingDir: root,
  entryPoints: { factory: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
  // Some bundled CommonJS packages ask for require at run time.
  banner: { js: "import{createRequire as __factoryRequire}from'node:module';const require=__factoryRequire(import.meta.url);" },
  external: ['@secretlint/*', 'fsevents'],
})
