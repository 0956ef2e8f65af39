/**
 * The table of every configuration key, from the schemas themselves. Printed into docs/configuration.md, which a test compares,
 * and by `config show`'s explanations. Must hold: a key that is accepted is in the table.
 */
import type * as z from 'zod'
import { appFile } from './app-file.ts'
import { permissionsFile } from './permissions-file.ts'
import { defaultOf, elementOf, helpOf, isRequired, kindOf, shapeOf } from './schema-walk.ts'
import { agentsFile } from './sections/index.ts'

export interface KeyReference {
  /** `limits.budgets[].scope`, `agents.NAME.timeout`. */
  readonly key: string
  readonly type: string
  /** As written, `required`, or empty: it may be left out. */
  readonly default: string
  readonly help: string
}

const written = (schema: z.core.$ZodType): string => {
  if (isRequired(schema)) return 'required'
  const value = defaultOf(schema)
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0) ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

const below = (schema: z.core.$ZodType, prefix: string): readonly KeyReference[] => {
  const shape = shapeOf(schema)
  if (shape !== null) {
    return Object.entries(shape).flatMap(([key, inner]) => {
      const at = prefix === '' ? key : `${prefix}.${key}`
      return [{ key: at, type: kindOf(inner), default: written(inner), help: helpOf(inner) }, ...below(inner, at)]
    })
  }
  const element = elementOf(schema)
  return element === null ? [] : below(element.schema, element.kind === 'array' ? `${prefix}[]` : `${prefix}.NAME`)
}

/** The keys of each file. */
export const configurationKeys = (): Readonly<Record<'agents.yaml' | 'permissions.yaml' | 'apps/NAME.yaml', readonly KeyReference[]>> =>
  ({ 'agents.yaml': below(agentsFile, ''), 'permissions.yaml': below(permissionsFile, ''), 'apps/NAME.yaml': below(appFile, '') })

/** A Markdown table of keys. */
export const keyTable = (keys: readonly KeyReference[]): string => [
  '| key | type | default | meaning |', '| --- | --- | --- | --- |',
  ...keys.map(({ key, type, default: value, help }) => `| \`${key}\` | ${type} | ${value} | ${help} |`),
].join('\n')
