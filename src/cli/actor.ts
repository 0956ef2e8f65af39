/** Who types: `human:NAME` from the login name, without starting another program. */
import { userInfo } from 'node:os'
import { slugName } from '../formats/names.ts'

const systemName = (): string | undefined => {
  try {
    return userInfo().username
  } catch {
    // A user id without an entry in the user database.
    return undefined
  }
}

export function actorOf(env: Readonly<Record<string, string | undefined>>): string {
  const name = [env['USER'], env['LOGNAME'], env['USERNAME']].find(value => value !== undefined && value !== '') ?? systemName() ?? ''
  return `human:${slugName(name) ?? 'someone'}`
}
