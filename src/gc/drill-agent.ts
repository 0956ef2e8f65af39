/** The scripted agent of the fire drill, its configuration and its intent: plain texts, written into the throw-away workspace. */

export const drillIntent = '# Canary\n\nA file `canary.txt` that says what the criterion asks for.\n'

export const drillConfig = (node: string): string => [
  'version: 1',
  `backends: { drill: { kind: command, command: [${JSON.stringify(node)}, "../agent.mjs"] } }`,
  'defaults: { backend: drill, timeout: 1m, silence: 30s }',
  'policy: { deliver: merge }',
  '',
].join('\n')

/** Builds the wrong thing first; the right word stands only in the output of the failed criterion, so only in the brief. */
export const drillAgent = `import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
const { FACTORY_DISPATCH: dispatch, FACTORY_SPEC: name, FACTORY_PROJECT: project } = process.env
const read = path => (existsSync(path) ? readFileSync(path, 'utf8') : '')
const write = (path, text) => { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, text) }
readFileSync(0)
const criterion = 'grep -q sing canary.txt || { echo "the canary must sing"; exit 1; }'
if (dispatch === 'draft' || dispatch === 'advance') {
  write('specs/ready/' + name + '.md', '# Canary\\n\\n## Overview\\nA canary.\\n\\n## Behavioral Requirements\\nWhen asked, it answers.\\n\\n## Verification Criteria\\n\\n\\x60\\x60\\x60sh\\n' + criterion + '\\n\\x60\\x60\\x60\\n')
} else if (dispatch === 'build' || dispatch === 'execute') {
  const brief = read('specs/ready/' + name + '.rebuild.md')
  write('projects/' + project + '/canary.txt', brief.includes('the canary must sing') ? 'sing\\n' : 'silent\\n')
  write('tasks/review/' + name + '.md', '# Build of ' + name + '\\n\\nWrote canary.txt.\\n')
} else if (dispatch === 'verify') {
  const failed = /\\bfailed\\b/i.test(read('tasks/review/' + name + '.criteria.md'))
  const score = failed ? 3 : 9
  write('tasks/' + (failed ? 'failed' : 'verified') + '/' + name + '.md', '# Verification Report: ' + name + '\\n\\nverdict: ' + (failed ? 'NOT SATISFIED' : 'SATISFIED') + ' (' + score + '/10)\\n\\n## Satisfaction Score: ' + score + '/10\\n'
    + (failed ? '\\n## Path to Resolution\\nMake the criterion pass.\\n\\n## Generalizable Learning\\nRun the criteria before handing over.\\n' : ''))
} else if (dispatch === 'document') {
  write('memory/shared/KNOWLEDGE.md', read('memory/shared/KNOWLEDGE.md') + '\\n- ' + name + '\\n')
}
process.stdout.write('done\\n')
`
