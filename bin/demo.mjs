// npm run demo: a fresh workspace and a small real project in a temporary folder, three intents, scripted agents that write code.
// Only the public command line is used. An empty HOME and no git identity are enough.
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const fixtures = join(root, 'fixtures/demo')
const home = mkdtempSync(join(tmpdir(), 'factory-demo-'))
const project = join(home, 'shop')
const workspace = join(home, 'workspace')
const env = { ...process.env, HOME: join(home, 'home'), FACTORY_HOME: join(home, 'home', '.factory') }
for (const name of ['FACTORY_WORKSPACE', 'FACTORY_RUN', 'FACTORY_VIEW', 'GIT_DIR', 'GIT_WORK_TREE']) delete env[name]

mkdirSync(env.HOME, { recursive: true })
cpSync(join(fixtures, 'agents'), join(home, 'agents'), { recursive: true })
cpSync(join(fixtures, 'project'), project, { recursive: true })
git('init', '--quiet', '--initial-branch', 'main')
git('add', '.')
git('-c', 'user.name=Demo', '-c', 'user.email=demo@localhost', 'commit', '--quiet', '--message', 'A small shop')

say('A workspace, and the project it works on')
factory([0], workspace, 'init', '.')
factory([0], project, 'init-project', '--workspace', workspace)
copyFileSync(join(fixtures, 'agents.yaml'), join(workspace, 'agents.yaml'))

say('Three intents are dropped into specs/inbox')
for (const intent of readdirSync(join(fixtures, 'intents'))) {
  copyFileSync(join(fixtures, 'intents', intent), join(workspace, 'specs/inbox', intent))
  console.log(`  ${basename(intent)}`)
}

say('The agents work until a person is needed')
factory([3], workspace, 'start')

say('One question only a person can answer')
factory([0], workspace, 'decide', 'currency')
factory([0], workspace, 'decide', 'currency', '--entry', '7.1', '--answer', 'a')
factory([0], workspace, 'start')

say('The board')
factory([0], workspace, 'status')
say('Why did cart-total take two builds?')
factory([0], workspace, 'why', 'cart-total')
say('The audit')
factory([0], workspace, 'audit')
say('The project, as delivered')
console.log(spawnSync('git', ['log', '--oneline', '--no-decorate', '-8'], { cwd: project, env, encoding: 'utf8' }).stdout.replace(/^/gm, '  '))
console.log(`The workspace lies in ${workspace}; look around with\n  node ${join(root, 'bin/factory.mjs')} --workspace ${workspace} status`)

function factory(expected, cwd, ...args) {
  mkdirSync(cwd, { recursive: true })
  console.log(`\n$ factory ${args.map(arg => (arg === workspace ? '../workspace' : arg)).join(' ')}`)
  const { status, error } = spawnSync(process.execPath, [join(root, 'bin/factory.mjs'), ...args], { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (expected.includes(status)) return
  console.error(`factory ${args[0]} ended with ${status ?? error?.message}, not ${expected.join(' or ')}`)
  process.exit(1)
}

function git(...args) {
  const { status, stderr } = spawnSync('git', args, { cwd: project, env, encoding: 'utf8' })
  if (status !== 0) { console.error(stderr); process.exit(1) }
}

function say(text) {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(3, 74 - text.length))}`)
}
