/** Projects with their scenarios and the age of the verifier's last evaluation. */
import type { State } from '../../../reducers/state.ts'
import { age } from '../ages.ts'
import { say } from '../messages.ts'
import { table } from '../table.ts'

export interface ScenariosShown { readonly name: string; readonly scenarios: number; readonly evaluatedAt: string | null; readonly evaluatedBy: string | null }

const isCase = (file: string): boolean => file.endsWith('.md') && file !== '_template.md' && file !== 'satisfaction.md'

export function scenariosOf(state: State): readonly ScenariosShown[] {
  const files = Object.entries(state.library.byPath).filter(([path, file]) => path.startsWith('scenarios/') && !file.removed)
  const projects = [...new Set(files.map(([path]) => path.split('/')[1] ?? ''))].sort()
  return projects.map(name => {
    const own = files.filter(([path]) => path.startsWith(`scenarios/${name}/`))
    const evaluation = own.find(([path]) => path.endsWith('/satisfaction.md'))?.[1]
    return { name, scenarios: own.filter(([path]) => isCase(path.slice(path.lastIndexOf('/') + 1))).length, evaluatedAt: evaluation?.at ?? null, evaluatedBy: evaluation?.by ?? null }
  })
}

export function renderScenarios(scenarios: readonly ScenariosShown[], now: Date): string {
  if (scenarios.length === 0) return say('scenario.none')
  return table(['Project', 'Scenarios', 'Evaluated'], scenarios.map(one => [one.name, one.scenarios, one.evaluatedAt === null ? null : age(one.evaluatedAt, now)]))
}
