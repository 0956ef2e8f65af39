/** `factory config …`: the configuration in force, checking it, editing it, and writing what is missing. */
import { dryRun } from '../command.ts'
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const configShow: CommandSpec = {
  name: 'config show',
  group: 'configure',
  summary: 'the configuration in force, every default filled in',
  details: ['Values of keys that look like secrets are masked.'],
  arguments: [{ name: '[KEY]', summary: 'only this part, such as limits or agents' }],
  options: [{ flags: '--reveal', summary: 'do not mask secrets' }],
  examples: [{ command: 'factory config show limits', does: 'one part' }],
  exits: [{ code: 1, when: 'no such key' }],
  needs: 'workspace',
  run: async call => {
    const { shownConfig, renderConfig } = await import('../render/config.ts')
    const { config, configProblems } = await (await call.open()).look()
    const shown = shownConfig(config, call.argument('KEY') ?? null, call.flag('reveal'))
    return { json: { config: shown, problems: configProblems }, text: () => renderConfig(shown, configProblems) }
  },
}

export const configCheck: CommandSpec = {
  name: 'config check',
  group: 'configure',
  summary: 'check agents.yaml, permissions.yaml and apps/ with line numbers',
  examples: [{ command: 'factory config check', does: 'what is wrong, and where' }],
  exits: [{ code: 1, when: 'something is wrong; the last good configuration stays in force' }],
  needs: 'workspace',
  run: async call => {
    const [{ checkFiles }, { renderProblems }] = await Promise.all([import('../configuring.ts'), import('../render/config.ts')])
    const { problems, warnings } = checkFiles((await call.open()).root, call.env)
    return { exit: problems.length > 0 ? 1 : 0, json: { ok: problems.length === 0, problems, warnings }, text: () => renderProblems(problems, warnings) }
  },
}

export const configEdit: CommandSpec = {
  name: 'config edit',
  group: 'configure',
  summary: 'edit a configuration file with your editor; a broken one is not taken',
  arguments: [{ name: '[FILE]', summary: 'agents.yaml (what it is without it), permissions.yaml or apps/NAME.yaml' }],
  examples: [{ command: 'EDITOR=nano factory config edit', does: 'edit agents.yaml' }],
  exits: [{ code: 1, when: 'no editor is named, or the new text is broken: nothing was changed' }],
  needs: 'workspace',
  run: async call => {
    const [{ editFile }, { change, changeJson }, { writeFile }] = await Promise.all([import('../configuring.ts'), import('../changing.ts'), import('../../deciders/library.ts')])
    const path = (call.argument('FILE') ?? 'agents.yaml').replace(/^\.\//, '')
    const workspace = await call.open()
    const text = await editFile(workspace.root, path, call)
    if (text === null) return { json: { path, changed: false }, text: say('config.kept', { file: path }) }
    const changed = await change(call, `config edit ${path}`, on => writeFile(on.state, { kind: 'config', path, doc: on.store(text) }, on))
    return { json: changeJson(changed, call, { path }), text: say('config.edited', { file: path }) }
  },
}

export const configUndo: CommandSpec = {
  name: 'config undo',
  group: 'configure',
  summary: 'take the last change that was made for an agent back',
  details: [
    'An agent asks for changes of agents.yaml in its needs; the escalation policy of permissions.yaml applies what it allows. This restores the text before the last of them, and the same change is not applied again without a person. A file that was changed since is left alone.',
  ],
  arguments: [{ name: '[PATH]', summary: 'agents.yaml (what it is without it)' }],
  options: [dryRun],
  examples: [{ command: 'factory config undo', does: 'agents.yaml is as it was before the last change an agent asked for' }],
  exits: [{ code: 1, when: 'no such change, the file was changed since, or the earlier text would not load: nothing was changed' }],
  needs: 'workspace',
  run: async call => {
    const [{ requireLoads }, { change, changeJson }, { undoChange }] = await Promise.all([import('../configuring.ts'), import('../changing.ts'), import('../../deciders/library.ts')])
    const path = (call.argument('PATH') ?? 'agents.yaml').replace(/^\.\//, '')
    const changed = await change(call, `config undo ${path}`, on => {
      const drafts = undoChange(on.state, { path }, on)
      for (const { type, data } of drafts) if (type === 'change.undone') requireLoads(on, path, on.text(data.after), call.env)
      return drafts
    })
    return { json: changeJson(changed, call, { path }), text: say('config.undone', { file: path }) }
  },
}

export const configInit: CommandSpec = {
  name: 'config init',
  group: 'configure',
  summary: 'write the configuration files that are missing',
  examples: [{ command: 'factory config init', does: 'adds what is missing, touches nothing else' }],
  needs: 'workspace',
  run: async call => {
    const [{ initWorkspace }, { findFor }] = await Promise.all([import('../../workspace/init.ts'), import('../opening.ts')])
    const made = await initWorkspace(findFor(call).root, { env: call.env, clock: call.now, warn: call.warn, person: call.actor, actor: call.actor })
    return { json: { workspace: made.root, changed: made.changed }, text: say(made.changed ? 'init.made' : 'init.same', { dir: made.root }) }
  },
}
