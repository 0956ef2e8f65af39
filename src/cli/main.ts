/**
 * The program. Everything is loaded by the step that needs it: nothing for the version, one small file for help, the parser and the
 * declarations for a command, and the rest by the command itself.
 */
import { version } from './version.ts'

/** A short text on standard output, without opening a stream: that costs more than everything else here. */
function write(text: string): void {
  try {
    process.getBuiltinModule('node:fs').writeSync(1, text)
  } catch {
    // A pipe that is full for the moment, or closed: the stream knows what to do, and nobody reads on.
    process.stdout.on('error', () => undefined).write(text)
  }
}

async function helpFor(argv: readonly string[]): Promise<string | null> {
  const asked = argv.includes('--help') || argv.includes('-h') || argv[0] === 'help'
  return asked ? (await import('./help-page.ts')).helpPage(argv) : null
}

const argv = process.argv.slice(2)
const inRun = (process.env['FACTORY_RUN'] ?? '') !== ''
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  write(`${version}\n`)
} else {
  const help = inRun ? null : await helpFor(argv)
  if (help !== null) {
    write(help)
  } else {
    const { program } = await import('./program.ts')
    // Nothing that is still open (a watcher, a socket) keeps a finished command alive.
    process.exit(await program(argv))
  }
}
