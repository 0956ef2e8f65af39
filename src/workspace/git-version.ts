/** The version of the git program, or null where there is none that answers. */
import { execa } from 'execa'

export async function gitVersion(): Promise<string | null> {
  const { stdout, failed } = await execa('git', ['--version'], { reject: false, timeout: 10_000, stdin: 'ignore' })
  return failed ? null : /(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1] ?? null
}
