import type { Metafile, Plugin } from 'esbuild'

/** Builds into `outdir` (default `dist/`) and tells what each file was made of. */
export function build(outdir?: string, plugins?: Plugin[]): Promise<Metafile>
