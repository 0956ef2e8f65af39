/** `factory scenario …`: the hidden acceptance cases that only verifiers see. */
import type { CommandSpec, Outcome } from '../command.ts'
import type { Invocation } from '../invocation.ts'
import { say } from '../messages.ts'

export const scenarioInitMeta: CommandSpec = {
  name: 'scenario init-meta',
  group: 'configure',
  summary: 'write the scenario of the factory itself',
  examples: [{ command: 'factory scenario init-meta', does: 'writes scenarios/meta/factory-itself.md' }],
  needs: 'workspace',
  run: async call => {
    const { metaScenario } = await import('../../config/defaults/scenarios.ts')
    return write(call, 'scenario init-meta', metaScenario)
  },
}

export const scenarioNew: CommandSpec = {
  name: 'scenario new',
  group: 'configure',
  summary: 'begin the scenarios of a project with a template',
  arguments: [{ name: 'NAME', summary: 'the project' }],
  examples: [{ command: 'factory scenario new shop', does: 'writes scenarios/shop/_template.md' }],
  exits: [{ code: 1, when: 'the name is not one' }],
  needs: 'workspace',
  run: async call => {
    const [{ scenarioTemplate }, { legalName }] = await Promise.all([import('../../config/defaults/scenarios.ts'), import('../finding.ts')])
    return write(call, `scenario new ${call.required('NAME')}`, scenarioTemplate(legalName(call.required('NAME'))))
  },
}

export const scenarioList: CommandSpec = {
  name: 'scenario list',
  group: 'configure',
  summary: 'projects with their scenarios and what the verifier last found',
  examples: [{ command: 'factory scenario list', does: 'how many there are' }],
  needs: 'workspace',
  run: async call => {
    const { scenariosOf, renderScenarios } = await import('../render/scenarios.ts')
    const { state } = await (await call.open()).look()
    const scenarios = scenariosOf(state)
    return { json: { scenarios }, text: () => renderScenarios(scenarios, call.now()) }
  },
}

async function write(call: Invocation, command: string, file: { readonly path: string; readonly text: string }): Promise<Outcome> {
  const [{ writeFile }, { change, changeJson }] = await Promise.all([import('../../deciders/library.ts'), import('../changing.ts')])
  const changed = await change(call, command, on => {
    const known = on.state.library.byPath[file.path]
    return known !== undefined && !known.removed ? [] : writeFile(on.state, { kind: 'scenario', path: file.path, doc: on.store(file.text) }, on)
  })
  return { json: changeJson(changed, call, { path: file.path }), text: say(changed.drafts.length > 0 ? 'scenario.made' : 'scenario.same', { path: file.path }) }
}
