/** Names and debris. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDebris, nameProblem, slugName } from '../../src/formats/names.ts'

describe('names', () => {
  it('lets every slug obey the law and be its own slug', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 120 }), fc.stringMatching(/^[a-zA-Z0-9._ \-]{0,100}(\.(md|lock|rebuild|v\d|r12|builder-notes))*$/)), text => {
      const slug = slugName(text)
      if (slug === null) return
      expect(nameProblem(slug)).toBeNull()
      expect(slugName(slug)).toBe(slug)
    }), { numRuns: 2000 })
  })

  it('makes a name of what people call their files', () => {
    expect(slugName('specs/inbox/Login Page.md')).toBe('login-page')
    expect(slugName('Über uns — Entwürfe & Größe.md')).toBe('uber-uns-entwurfe-grosse')
    expect(slugName('x.rebuild.md')).toBe('x-rebuild')
    expect(slugName('x.v2')).toBe('x-v2')
    expect(slugName('--..--')).toBeNull()
    expect(slugName('日本')).toBeNull()
  })

  it('refuses reserved endings, capitals, git-invalid and decomposed names', () => {
    for (const name of ['', 'A', '-a', 'a..b', 'a.', 'a.lock', 'a.builder-notes', 'a.rebuild', 'a.record', 'a.v1', 'a.r12', 'a b', 'u\u0308', 'é', 'a'.repeat(81)]) expect(nameProblem(name), name).not.toBeNull()
    for (const name of ['a', '4913', 'a.v', 'login-page_2.1', 'a'.repeat(80)]) expect(nameProblem(name), name).toBeNull()
  })

  it('takes editor and sync debris for debris, and words of people not', () => {
    for (const file of ['.x.md.swp', '.x.swo', '4913', 'x.md~', '.#x.md', '#x.md#', '.DS_Store', 'x.md.tmp', '._x.md', '~$x.docx', '.~lock.x.md#', 'x.part', '.nfs000a']) expect(isDebris(file), file).toBe(true)
    for (const file of ['x.md', '4913.md', 'x (conflicted copy).md', 'x.sync-conflict-2026.md', 'tmp.md', '.hidden.md', 'swp.md']) expect(isDebris(file), file).toBe(false)
  })
})
