import { execFileSync } from 'node:child_process'
import * as nodeFs from 'node:fs'
import { chmodSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FileFs, readRegularFile, removeDurably, sha256Hex, writeDurably } from '../../src/log/durable-file.ts'

let root: string
let outside: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'factory-durable-'))
  outside = mkdtempSync(join(tmpdir(), 'factory-outside-'))
})
afterEach(() => [root, outside].forEach(dir => rmSync(dir, { recursive: true, force: true })))

const at = (path: string): string => join(root, path)
const leftovers = (): readonly string[] => readdirSync(at('.factory-local/tmp'))
const code = (wanted: string): unknown => expect.objectContaining({ code: wanted })

describe('writing a file durably', () => {
  it('makes its folders, and does nothing when the bytes are there already', () => {
    const first = writeDurably(at('a/b/c.md'), 'text', { root })
    expect(first.written).toBe(true)
    const stamp = statSync(at('a/b/c.md'))
    expect(first.stamp).toEqual({ size: stamp.size, mtimeMs: stamp.mtimeMs, ino: stamp.ino })
    expect(writeDurably(at('a/b/c.md'), 'text', { root })).toEqual({ written: false, stamp: first.stamp })
    expect(leftovers()).toEqual([])
  })

  it('keeps the permission bits of the file it replaces, unless told others', () => {
    writeDurably(at('run.sh'), 'one', { root, mode: 0o755 })
    writeDurably(at('run.sh'), 'two', { root })
    expect(statSync(at('run.sh')).mode & 0o777).toBe(0o755)
    chmodSync(at('run.sh'), 0o600)
    writeDurably(at('run.sh'), 'two', { root, mode: 0o644 })
    expect(statSync(at('run.sh')).mode & 0o777).toBe(0o644)
  })

  it('breaks a hard link instead of writing through it', () => {
    writeFileSync(join(outside, 'x'), 'theirs')
    linkSync(join(outside, 'x'), at('x'))
    writeDurably(at('x'), 'ours', { root })
    expect(readFileSync(join(outside, 'x'), 'utf8')).toBe('theirs')
  })

  it('leaves a file alone that is not what was expected', () => {
    writeFileSync(at('x'), 'edited')
    expect(() => writeDurably(at('x'), 'new', { root, expect: { absent: true } })).toThrow(code('file-changed'))
    expect(() => writeDurably(at('x'), 'new', { root, expect: { sha256: sha256Hex('old') } })).toThrow(code('file-changed'))
    expect(() => writeDurably(at('y'), 'new', { root, expect: { sha256: sha256Hex('old') } })).toThrow(code('file-changed'))
    expect(() => removeDurably(at('x'), { root, expect: { sha256: sha256Hex('old') } })).toThrow(code('file-changed'))
    expect(readFileSync(at('x'), 'utf8')).toBe('edited')
    expect(writeDurably(at('x'), 'new', { root, expect: { sha256: sha256Hex('edited') } }).written).toBe(true)
  })

  it('leaves a file alone that somebody changes while the temporary file is written', () => {
    writeFileSync(at('x'), 'old')
    const fs: FileFs = { ...nodeFs, fsyncSync: fd => { nodeFs.fsyncSync(fd); writeFileSync(at('x'), 'edited in between') } }
    expect(() => writeDurably(at('x'), 'new', { root, fs })).toThrow(code('file-changed'))
    expect(readFileSync(at('x'), 'utf8')).toBe('edited in between')
    expect(leftovers()).toEqual([])
  })

  it('never follows a link, neither at the target nor on the way, also when it appears meanwhile', () => {
    writeFileSync(join(outside, 'file'), 'theirs')
    symlinkSync(join(outside, 'file'), at('link'))
    symlinkSync(outside, at('folder'))
    expect(() => writeDurably(at('link'), 'x', { root })).toThrow(code('unsafe-path'))
    expect(() => writeDurably(at('folder/file'), 'x', { root })).toThrow(code('unsafe-path'))
    expect(() => removeDurably(at('folder/file'), { root })).toThrow(code('unsafe-path'))
    expect(() => writeDurably(join(root, '../escape'), 'x', { root })).toThrow(code('unsafe-path'))
    mkdirSync(at('real'))
    const fs: FileFs = { ...nodeFs, fsyncSync: fd => { nodeFs.fsyncSync(fd); rmSync(at('real'), { recursive: true }); symlinkSync(outside, at('real')) } }
    expect(() => writeDurably(at('real/file'), 'x', { root, fs })).toThrow(code('unsafe-path'))
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('theirs')
  })

  it.each(['openSync', 'writeSync', 'fsyncSync', 'renameSync'] as const)('leaves the old content and no litter when %s fails', call => {
    writeFileSync(at('x'), 'old')
    mkdirSync(at('.factory-local/tmp'), { recursive: true })
    let armed = false
    const fail = (): never => { throw Object.assign(new Error('no'), { code: 'EIO' }) }
    const fs: FileFs = {
      ...nodeFs,
      lstatSync: ((...args: Parameters<typeof nodeFs.lstatSync>) => { armed = true; return nodeFs.lstatSync(...args) }) as FileFs['lstatSync'],
      [call]: (...args: never[]) => (armed || call !== 'openSync') ? fail() : (nodeFs[call] as (...a: never[]) => unknown)(...args),
    }
    writeDurably(at('warm-up'), 'x', { root })
    expect(() => writeDurably(at('sub/x'), 'new', { root, fs })).toThrow()
    expect(() => writeDurably(at('x'), 'new', { root, fs })).toThrow()
    expect(readFileSync(at('x'), 'utf8')).toBe('old')
    expect(leftovers()).toEqual([])
  })

  it('gives up on a short write instead of going on in place', () => {
    const fs: FileFs = { ...nodeFs, writeSync: ((fd: number, bytes: Uint8Array) => nodeFs.writeSync(fd, bytes, 0, 2)) as FileFs['writeSync'] }
    expect(() => writeDurably(at('x'), 'four', { root, fs })).toThrow(code('write-failed'))
    expect(nodeFs.existsSync(at('x'))).toBe(false)
  })

  it('removes a file once, and a link without what it points to', () => {
    writeFileSync(join(outside, 'file'), 'theirs')
    symlinkSync(join(outside, 'file'), at('link'))
    expect(removeDurably(at('link'), { root })).toBe(true)
    expect(removeDurably(at('link'), { root })).toBe(false)
    expect(removeDurably(at('no/such/folder/file'), { root })).toBe(false)
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('theirs')
  })
})

describe('reading a regular file', () => {
  it('gives bytes and stamp of one version, also of an empty file and of one without a size', () => {
    writeFileSync(at('x'), Buffer.alloc(300_000, 7))
    writeFileSync(at('empty'), '')
    expect(readRegularFile(at('x'))?.bytes.equals(Buffer.alloc(300_000, 7))).toBe(true)
    expect(readRegularFile(at('empty'))?.bytes.length).toBe(0)
    expect(readRegularFile('/proc/self/status')?.bytes.length ?? 1).toBeGreaterThan(0)
    expect(readRegularFile(at('none'))).toBeUndefined()
  })

  it('refuses links, folders and pipes without waiting, and what is too large', () => {
    writeFileSync(at('x'), 'four')
    symlinkSync(at('x'), at('link'))
    execFileSync('mkfifo', [at('pipe')])
    for (const path of [at('link'), root, at('pipe')]) expect(() => readRegularFile(path)).toThrow(code('not-a-regular-file'))
    expect(() => readRegularFile(at('x'), { maxBytes: 3 })).toThrow(code('file-too-large'))
    expect(readRegularFile(at('x'), { maxBytes: 4 })?.bytes.toString()).toBe('four')
  })

  it('refuses a file that grows past the limit while it is read', () => {
    writeFileSync(at('x'), 'four')
    const fs: FileFs = { ...nodeFs, fstatSync: ((fd: number) => { const stat = nodeFs.fstatSync(fd); writeFileSync(at('x'), 'x'.repeat(100)); return stat }) as FileFs['fstatSync'] }
    expect(() => readRegularFile(at('x'), { maxBytes: 10, fs })).toThrow(code('file-too-large'))
  })
})
