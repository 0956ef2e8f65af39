// One process that takes the lock when told to. argv: built lock module, workspace. Lines in, lines out:
//   once     take the lock, prove to be alone, release            -> done | double | error CODE
//   hold     take the lock and keep it until killed or `release`  -> held | error CODE
//   many N   the same as once, N times                            -> done | double | error CODE
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const [, , module, root] = process.argv
const { withLock } = await import(module)
const alone = join(root, 'holder')
let release = () => {}

async function critical(lock) {
  let fd
  try {
    fd = openSync(alone, 'wx')
  } catch {
    return 'double'
  }
  await new Promise(resolve => setImmediate(resolve))
  const held = lock.stillHeld()
  closeSync(fd)
  unlinkSync(alone)
  return held ? 'done' : 'double'
}

const take = fn => withLock(root, { command: 'factory test', waitMs: 20_000, pollMs: 1 }, fn).catch(error => `error ${error.code}`)

async function many(count) {
  for (let round = 0; round < count; round += 1) {
    const outcome = await take(critical)
    if (outcome !== 'done') return outcome
  }
  return 'done'
}

for await (const line of createInterface({ input: process.stdin })) {
  const [order, count] = line.split(' ')
  if (order === 'once') console.log(await take(critical))
  else if (order === 'many') console.log(await many(Number(count)))
  else if (order === 'hold') take(() => new Promise(resolve => { release = () => resolve('released'); console.log('held') })).then(console.log)
  else if (order === 'release') release()
}
