// Every error the program can end in, read from its own sources: code, exit code, what it says, and the mend.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** Where code, message, mend and exit code stand in each way of making an error. */
const shapes = {
  Refusal: args => ({ code: args[0], message: args[1], mend: args[2], exit: literal(args[3]) ?? 1 }),
  FactoryError: args => ({ code: args[0], message: args[1], mend: property(args[2], 'mend'), exit: literal(property(args[2], 'exitCode')) ?? 1 }),
  refuse: args => ({ code: args[0], message: args[1], mend: args[2], exit: 1 }),
  usage: args => ({ code: args[0], message: args[1], mend: args[2], exit: 64 }),
}

const literal = node => (node !== undefined && ts.isNumericLiteral(node) ? Number(node.text) : undefined)

function property(node, name) {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return undefined
  const found = node.properties.find(one => one.name?.getText() === name)
  if (found === undefined) return undefined
  return ts.isShorthandPropertyAssignment(found) ? found.name : found.initializer
}

/** The text of an expression, `…` for what is only known at run time. */
function text(node) {
  if (node === undefined) return ''
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(span => `…${span.literal.text}`).join('')
  if (ts.isConditionalExpression(node)) return `${text(node.whenTrue)} / ${text(node.whenFalse)}`
  return '…'
}

function codes(node) {
  if (node === undefined) return []
  if (ts.isStringLiteralLike(node)) return [node.text]
  return ts.isConditionalExpression(node) ? [...codes(node.whenTrue), ...codes(node.whenFalse)] : []
}

function inFile(path, found) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const visit = node => {
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && ts.isIdentifier(node.expression) && Object.hasOwn(shapes, node.expression.text)) {
      const { code, message, mend, exit } = shapes[node.expression.text](node.arguments ?? [])
      for (const one of codes(code)) found.push({ code: one, exit, message: text(message), mend: text(mend) })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
}

const sources = directory => readdirSync(directory, { withFileTypes: true }).flatMap(entry =>
  (entry.isDirectory() ? sources(join(directory, entry.name)) : entry.name.endsWith('.ts') ? [join(directory, entry.name)] : []))

/** All errors, by code. */
export function errorCodes(root) {
  const found = []
  for (const path of sources(join(root, 'src')).sort()) inFile(path, found)
  const unique = new Map(found.map(one => [`${one.code}\n${one.exit}\n${one.message}`, one]))
  return [...unique.values()].sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : a.message < b.message ? -1 : 1))
}

const cell = said => said.replaceAll('|', '\\|').replaceAll('\n', ' ')

export function errorReference(root) {
  const rows = errorCodes(root).map(({ code, exit, message, mend }) => `| \`${code}\` | ${exit} | ${cell(message)} | ${cell(mend)} |`)
  return [
    '# Errors', '', 'Written by `node bin/generate-docs.mjs` from the program itself; a change here is lost.', '',
    'The code is what programs rely on; the words may change. `…` stands for what is only known when it happens.', '',
    '| code | exit code | what it says | what mends it |', '| --- | --- | --- | --- |', ...rows, '',
  ].join('\n')
}
