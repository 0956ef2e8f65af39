/** The version of this program, from its manifest; the bundler puts the number in. */
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version
