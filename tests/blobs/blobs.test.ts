import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import * as nodeFs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blobPath, openBlobs } from '../../src/log/blobs.ts'
import { type FileFs, sha256Hex } from '../../src/log/durable-file.ts'

let root: string
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'factory-blobs-')) })
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** The calls that make bytes and names durable, in order, by path. */
function tracing(): { fs: FileFs; calls: string[] } {
  const calls: string[] = []
  const paths = new Map<number, string>()
  const short = (path: unknown): string => String(path).slice(root.length + 1).replace(/tmp\/.*/, 'tmp/*')
  const fs: FileFs = {
    ...nodeFs,
    openSync: (path, ...rest) => {
      const fd = nodeFs.openSync(path, ...rest)
      paths.set(fd, short(path))
      return fd
    },
    fsyncSync: fd => { calls.push(`sync ${paths.get(fd)}`); nodeFs.fsyncSync(fd) },
    renameSync: (from, to) => { calls.push(`rename ${short(to)}`); nodeFs.renameSync(from, to) },
  }
  return { fs, calls }
}

describe('blobs', () => {
  it('give back any content they were given, under the hash of that content', () => {
    const blobs = openBlobs(root)
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 4000 }), fc.string({ unit: 'binary' })), content => {
      const bytes = Buffer.from(content as string)
      const ref = blobs.put(content)
      expect(ref).toEqual({ sha256: sha256Hex(bytes), bytes: bytes.length })
      expect(blobs.get(ref)).toEqual(bytes)
      expect(readFileSync(join(root, blobs.path(ref.sha256)))).toEqual(bytes)
    }), { numRuns: 60 })
  })

  it('lie at blobs/ab/cdef…, are there once, and are listed in order', () => {
    const blobs = openBlobs(root)
    const refs = ['one', 'two', 'three', 'one'].map(text => blobs.put(text))
    expect(blobs.path(refs[0]!.sha256)).toMatch(/^blobs\/[0-9a-f]{2}\/[0-9a-f]{62}$/)
    expect(blobs.list()).toEqual([...new Map(refs.map(ref => [ref.sha256, ref])).values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)))
    expect(openBlobs(root).has(refs[1]!)).toBe(true)
    expect(blobs.has({ sha256: sha256Hex('never stored') })).toBe(false)
  })

  it('are synced, named and then their folders synced, before put returns', () => {
    const { fs, calls } = tracing()
    const { sha256 } = openBlobs(root, { fs }).put('text')
    const path = blobPath(sha256)
    expect(calls).toEqual(['sync .factory-local/tmp/*', `rename ${path}`, `sync ${path.slice(0, 8)}`, 'sync blobs', 'sync '])
  })

  it('written together sync each file and each folder once', () => {
    const { fs, calls } = tracing()
    const blobs = openBlobs(root, { fs })
    const texts = Array.from({ length: 40 }, (_, index) => `text ${index % 30}`)
    const refs = blobs.putAll(texts)
    expect(refs.map(ref => blobs.text(ref))).toEqual(texts)
    expect(calls.filter(call => call.startsWith('rename')).length).toBe(30)
    expect(calls.filter(call => call === 'sync blobs').length).toBe(1)
    expect(calls.at(-1)).toBe('sync ')
  })

  it('that another process left without syncing the folder are made durable by the next put', () => {
    openBlobs(root).put('text')
    const { fs, calls } = tracing()
    openBlobs(root, { fs }).put('text')
    expect(calls).toContain('sync blobs')
    expect(calls.filter(call => call.startsWith('rename'))).toEqual([])
  })

  it('that are missing or damaged are refused by name, with what mends it, and healed by the same content', () => {
    const blobs = openBlobs(root)
    const ref = blobs.put('the truth')
    const file = join(root, blobs.path(ref.sha256))
    writeFileSync(file, 'a lie')
    expect(() => openBlobs(root).get(ref)).toThrow(expect.objectContaining({ code: 'blob-damaged', message: expect.stringContaining(blobs.path(ref.sha256)), mend: expect.any(String) }))
    openBlobs(root).put('the truth')
    expect(blobs.text(ref)).toBe('the truth')
    rmSync(file)
    expect(() => blobs.get(ref)).toThrow(expect.objectContaining({ code: 'blob-missing' }))
    blobs.put('the truth')
    expect(blobs.text(ref)).toBe('the truth')
  })

  it('are never read or written through a link', () => {
    const outside = mkdtempSync(join(tmpdir(), 'factory-outside-'))
    const blobs = openBlobs(root)
    const sha256 = sha256Hex('text')
    mkdirSync(join(root, 'blobs'))
    symlinkSync(outside, join(root, 'blobs', sha256.slice(0, 2)))
    expect(() => blobs.put('text')).toThrow(expect.objectContaining({ code: 'unsafe-path' }))
    expect(nodeFs.readdirSync(outside)).toEqual([])
    const other = blobs.put('other')
    const file = join(root, blobs.path(other.sha256))
    rmSync(file)
    writeFileSync(join(outside, 'other'), 'other')
    symlinkSync(join(outside, 'other'), file)
    expect(() => blobs.get(other)).toThrow(expect.objectContaining({ code: 'blob-damaged' }))
    rmSync(outside, { recursive: true })
  })

  it('refuse a name that is no hash, so that a reference leads nowhere else', () => {
    for (const sha256 of ['../../../../etc/passwd', '', 'AB'.repeat(32), `${'a'.repeat(64)}\n`]) {
      expect(() => openBlobs(root).get({ sha256 })).toThrow(expect.objectContaining({ code: 'blob-invalid' }))
    }
  })

  it('keep text only after redaction, and bytes as they are', () => {
    const blobs = openBlobs(root, { redact: text => ({ text: text.replaceAll('secret', '[redacted]') }) })
    expect(blobs.text(blobs.put('a secret b'))).toBe('a [redacted] b')
    expect(existsSync(join(root, blobPath(sha256Hex('a secret b'))))).toBe(false)
    expect(blobs.text(blobs.put(Buffer.from('a secret b')))).toBe('a secret b')
  })
})
