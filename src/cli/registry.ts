/** Every command, in the order in which help lists them. A new command is one file and one line here. */
import type { CommandSpec } from './command.ts'
import { apps } from './commands/apps.ts'
import { audit } from './commands/audit.ts'
import { backend } from './commands/backend.ts'
import { cancel } from './commands/cancel.ts'
import { compare } from './commands/compare.ts'
import { completion } from './commands/completion.ts'
import { configCheck, configEdit, configInit, configShow, configUndo } from './commands/config.ts'
import { decide } from './commands/decide.ts'
import { doctor } from './commands/doctor.ts'
import { fireDrill } from './commands/fire-drill.ts'
import { gcCommands, restore } from './commands/gc.ts'
import { initProject } from './commands/init-project.ts'
import { init } from './commands/init.ts'
import { log } from './commands/log.ts'
import { logs } from './commands/logs.ts'
import { needs } from './commands/needs.ts'
import { pause } from './commands/pause.ts'
import { perms } from './commands/perms.ts'
import { rebuild } from './commands/rebuild.ts'
import { reflect } from './commands/reflect.ts'
import { replay } from './commands/replay.ts'
import { reserved } from './commands/reserved.ts'
import { resolve } from './commands/resolve.ts'
import { advance, docs, run } from './commands/run.ts'
import { scenarioInitMeta, scenarioList, scenarioNew } from './commands/scenario.ts'
import { start } from './commands/start.ts'
import { status } from './commands/status.ts'
import { submit } from './commands/submit.ts'
import { sync } from './commands/sync.ts'
import { triage } from './commands/triage.ts'
import { trust } from './commands/trust.ts'
import { updateClaudeSkill } from './commands/update-claude-skill.ts'
import { welcome } from './commands/welcome.ts'
import { why } from './commands/why.ts'
import { withdraw } from './commands/withdraw.ts'
import { workspace } from './commands/workspace.ts'

export const commands: readonly CommandSpec[] = [
  status, start, run, advance, decide, needs, rebuild, resolve, reflect, docs, submit, withdraw, pause, cancel,
  log, why, replay, audit, compare, doctor, apps, perms, workspace, logs, triage,
  init, initProject, sync, trust, backend, scenarioInitMeta, scenarioNew, scenarioList,
  configShow, configEdit, configUndo, configCheck, configInit, updateClaudeSkill, completion,
  ...gcCommands, restore, fireDrill,
  welcome, ...reserved,
]

/** The declaration of that name or alias. */
export const commandNamed = (name: string): CommandSpec | undefined => commands.find(spec => spec.name === name || spec.aliases?.includes(name) === true)

/** First words of what can be typed, without the hidden ones. */
export const commandNames = (): readonly string[] => [...new Set(commands.filter(spec => spec.hidden !== true).map(spec => spec.name.split(' ')[0] ?? ''))]

/** Words that only group commands: `scenario`, `config`. */
export const groupNames = (): readonly string[] => [...new Set(commands.flatMap(spec => (spec.name.includes(' ') ? [spec.name.slice(0, spec.name.indexOf(' '))] : [])))]

/** Full names of a group's commands. */
export const membersOf = (group: string): readonly string[] => commands.filter(spec => spec.name.startsWith(`${group} `)).map(spec => spec.name)
