/**
 * One configuration file: YAML with positions, `${VAR}` substitution, older keys renamed, validated; problems carry their line.
 * Called by `load.ts` for agents.yaml, permissions.yaml and each app. Substitution comes after parsing, so a value of the
 * environment can never become structure.
 */
import type * as z from 'zod'
import type { Document } from 'yaml'
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { nearest } from '../formats/nearest.ts'
import type { ConfigProblem } from './problem.ts'
import { aliasesOf, elementOf, schemaAt, shapeOf } from './schema-walk.ts'

export type Environment = Readonly<Record<string, string | undefined>>
export type KeyPath = readonly PropertyKey[]

export interface ReadFile<Value> {
  readonly value: Value | null
  readonly problems: readonly ConfigProblem[]
  readonly warnings: readonly ConfigProblem[]
  readonly lineOf: (path: KeyPath) => number
}

interface Reading {
  readonly file: string
  readonly doc: Document
  readonly lines: LineCounter
  readonly problems: ConfigProblem[]
  readonly warnings: ConfigProblem[]
  /** Path as validated, to the key as written. */
  readonly written: Map<string, string>
}

const fileLimit = 1_048_576
const joinPath = (path: KeyPath): string => path.map(String).join('.')

const lineOf = (reading: Reading, path: KeyPath): number => {
  let node: unknown = reading.doc.contents
  let offset = 0
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(reading.doc)
    const name = reading.written.get(joinPath(path.slice(0, depth + 1))) ?? key
    if (isMap(node)) {
      const pair = node.items.find(item => isScalar(item.key) && String(item.key.value) === String(name))
      if (pair === undefined) break
      if (isScalar(pair.key) && pair.key.range) offset = pair.key.range[0]
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(key)]
      if (node !== null && typeof node === 'object' && 'range' in node && Array.isArray(node.range)) offset = Number(node.range[0])
    } else break
  }
  return reading.lines.linePos(offset).line
}

/** `$${VAR}` stays `${VAR}`; an unset variable without a default is empty, and reported. */
const substituted = (text: string, env: Environment, missing: (name: string) => void): string =>
  text.replaceAll(/(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g, (whole, escape: string, name: string, fallback: string | undefined) => {
    if (escape !== '') return whole.slice(1)
    const value = Object.hasOwn(env, name) ? env[name] : undefined
    if (value !== undefined && (value !== '' || fallback === undefined)) return value
    if (fallback === undefined) missing(name)
    return fallback ?? ''
  })

const substitute = (reading: Reading, value: unknown, env: Environment, path: KeyPath): unknown => {
  if (typeof value === 'string') {
    return substituted(value, env, name => reading.warnings.push({
      file: reading.file, line: lineOf(reading, path), key: joinPath(path), message: `the environment has no ${name}; it is taken as empty`, mend: `set ${name}, or write \${${name}:-a default}`,
    }))
  }
  if (Array.isArray(value)) return value.map((item, index) => substitute(reading, item, env, [...path, index]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(reading, item, env, [...path, key])]))
}

const camel = (key: string): string => key.replaceAll(/[_-]([a-z])/g, (_, letter: string) => letter.toUpperCase())

const currentKey = (key: string, schema: z.core.$ZodType, keys: readonly string[]): string => {
  if (keys.includes(key)) return key
  const aliases = aliasesOf(schema)
  const alias = Object.hasOwn(aliases, key) ? aliases[key] : undefined
  return alias ?? (keys.includes(camel(key)) ? camel(key) : key)
}

/** Older keys become current ones, empty mappings `{}`. A key given in both spellings is a problem. */
const renamed = (reading: Reading, value: unknown, schema: z.core.$ZodType, path: KeyPath): unknown => {
  const shape = shapeOf(schema)
  const element = elementOf(schema)
  if (value === null && (shape !== null || element?.kind === 'record')) return {}
  if (Array.isArray(value)) return element?.kind === 'array' ? value.map((item, index) => renamed(reading, item, element.schema, [...path, index])) : value
  if (typeof value !== 'object' || value === null || (shape === null && element === null)) return value
  const result = new Map<string, unknown>()
  for (const [key, item] of Object.entries(value)) {
    const name = shape === null ? key : currentKey(key, schema, Object.keys(shape))
    const at = [...path, name]
    if (result.has(name)) reading.problems.push({ file: reading.file, line: lineOf(reading, [...path, key]), key: joinPath([...path, key]), message: `${name} is given twice, in two spellings`, mend: `keep ${name}` })
    if (name !== key) reading.written.set(joinPath(at), key)
    const below = shape === null ? element?.schema : Object.hasOwn(shape, name) ? shape[name] : undefined
    result.set(name, below === undefined ? item : renamed(reading, item, below, at))
  }
  return Object.fromEntries(result)
}

const unknownKey = (reading: Reading, schema: z.core.$ZodType, path: KeyPath, key: string): ConfigProblem => {
  const at = schemaAt(schema, path)
  const known = Object.keys((at === null ? null : shapeOf(at)) ?? {})
  const own = at === null ? {} : aliasesOf(at)
  const near = nearest(key, [...known, ...Object.keys(own)])
  return {
    file: reading.file, line: lineOf(reading, [...path, key]), key: joinPath([...path, key]), message: `unknown key "${key}"`,
    mend: near === null ? `the keys here are ${known.join(', ')}` : `did you mean ${near}?`,
  }
}

const wanted: Readonly<Record<string, string>> = { object: 'write its keys below it, indented', record: 'write NAME: and its keys below it, indented', array: 'write a list, each item after "- "' }

const fromIssue = (reading: Reading, schema: z.core.$ZodType, issue: z.core.$ZodIssue): readonly ConfigProblem[] => {
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownKey(reading, schema, issue.path, key))
  const mend = issue.code === 'custom' && typeof issue.params?.['mend'] === 'string' ? issue.params['mend']
    : issue.code === 'invalid_type' ? wanted[issue.expected] ?? `write ${issue.expected}` : 'see docs/configuration.md'
  const absent = issue.message.startsWith('nothing ') || issue.message.endsWith('received undefined')
  return [{
    file: reading.file, line: lineOf(reading, issue.path), mend, ...(issue.path.length > 0 ? { key: joinPath(issue.path) } : {}),
    message: absent ? 'it is missing' : issue.message.replace(/^Invalid input: /, ''),
  }]
}

const brokenYaml = (file: string, doc: Document.Parsed): readonly ConfigProblem[] =>
  doc.errors.slice(0, 5).map(error => {
    const at = error.linePos?.[0] ?? { line: 1, col: 1 }
    return {
      file, line: at.line, message: `not valid YAML at line ${at.line}, column ${at.col}: ${(error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')}`,
      mend: `correct line ${at.line}; until then the last good configuration stays in force`,
    }
  })

/** Reads and validates one file. `env` null: no substitution. */
export const readYamlFile = <Value>(file: string, text: string, schema: z.ZodType<Value>, env: Environment | null): ReadFile<Value> => {
  const refused = (message: string, mend: string): ReadFile<Value> => ({ value: null, problems: [{ file, line: 1, message, mend }], warnings: [], lineOf: () => 1 })
  if (text.length > fileLimit) return refused('the file is larger than 1 MiB', 'shorten it')
  try {
    return readParsed(file, text, schema, env)
  } catch (error) {
    // A value that holds itself, or a thousand lists in each other: no walk through it ends.
    if (error instanceof RangeError) return refused('it holds itself, or is nested too deeply', 'write the values out')
    throw error
  }
}

const readParsed = <Value>(file: string, text: string, schema: z.ZodType<Value>, env: Environment | null): ReadFile<Value> => {
  const lines = new LineCounter()
  const doc = parseDocument(text, { lineCounter: lines, logLevel: 'error' })
  const reading: Reading = { file, doc, lines, problems: [], warnings: [], written: new Map() }
  const locate = (path: KeyPath): number => lineOf(reading, path)
  const failed = (problems: readonly ConfigProblem[]): ReadFile<Value> => ({ value: null, problems, warnings: reading.warnings, lineOf: locate })
  if (doc.errors.length > 0) return failed(brokenYaml(file, doc))
  const plain = jsOf(doc)
  if (plain === undefined) return failed([{ file, line: 1, message: 'too many aliases', mend: 'write the values out' }])
  const ready = renamed(reading, env === null ? plain : substitute(reading, plain, env, []), schema, [])
  const parsed = schema.safeParse(ready)
  const problems = [...reading.problems, ...(parsed.error?.issues ?? []).flatMap(issue => fromIssue(reading, schema, issue))]
  return problems.length > 0 ? failed(problems) : { value: parsed.data ?? null, problems, warnings: reading.warnings, lineOf: locate }
}

/** Aliases are bounded; too many are no value. */
const jsOf = (doc: Document.Parsed): unknown => {
  try {
    return doc.toJS({ maxAliasCount: 100 }) ?? null
  } catch {
    return undefined
  }
}
