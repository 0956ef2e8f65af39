import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor, mayHoldSecret } from '../../src/log/redact.ts'

// Obviously fake, and put together here so that no file looks as if it held a key.
const fake = {
  github: `ghp_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'}`,
  anthropic: ['sk', 'ant', 'api03', `${'aB3'.repeat(31)}AA`].join('-'),
  npm: `npm_${'a1'.repeat(18)}`,
  slack: ['xoxb', '123456789012', 'abcdefghijkl'].join('-'),
  aws: `AKIA${'QRSTUVWX23456789'}`,
  google: `AIza${'Sy1234567890abcdefghijklmnopqrstuvw'.slice(0, 35)}`,
  url: `https://deploy:${'s3cr3tpa55'}@registry.invented.io/x`,
  database: `postgres://shop:${'k9-x7-q2'}@db.invented.io:5432/shop`,
  bearer: `Authorization: Bearer ${'q7'.repeat(16)}`,
  jwt: ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NSJ9', 'c2lnbmF0dXJlLXNpZw'].join('.'),
  key: ['-----BEGIN', 'RSA PRIVATE', `KEY-----\n${'MIIEowIBAAKCAQEA'.repeat(8)}\nshort=\n-----END`, 'RSA PRIVATE', 'KEY-----'].join(' '),
  authToken: `//registry.invented.io/:_authToken=${'5f2c9e1b-aaaa'}`,
}

const redact = createRedactor({})

describe('redaction of secrets', () => {
  it.each(Object.entries(fake))('takes a secret out of a text and says which rule found it: %s', (_name, secret) => {
    const { text, found } = redact(`before\n${secret}\nafter`)
    expect(text).toMatch(/^before\n[\s\S]*\[redacted:[\w-]+\][\s\S]*\nafter$/)
    for (const part of secret.split(/[\s:/@=]+/).filter(part => part.length > 15 && !part.includes('invented'))) expect(text).not.toContain(part)
    expect(found.length).toBeGreaterThan(0)
    expect(found.every(({ count }) => count > 0)).toBe(true)
  })

  it('takes out the values of secret variables of this machine, the longer of two first', () => {
    const redactHere = createRedactor({ SHOP_API_KEY: 'abc-123-def', SHOP_TOKEN: 'abc-123-def-456', TOKEN_LIMIT: '100000000', SECRET_FILE: '/run/secrets/x', MODE: 'abc-123' })
    const { text, found } = redactHere('a abc-123-def-456 b abc-123-def c 100000000 /run/secrets/x abc-123')
    expect(text).toBe('a [redacted:env-SHOP_TOKEN] b [redacted:env-SHOP_API_KEY] c 100000000 /run/secrets/x abc-123')
    expect(found).toEqual([{ rule: 'env-SHOP_API_KEY', count: 1 }, { rule: 'env-SHOP_TOKEN', count: 1 }])
  })

  it('leaves ordinary text alone, without a closer look', () => {
    const text = 'A task-list with risk-free disk-space.\n-----BEGIN CERTIFICATE-----\npassword: ask a person\nhttps://example.com/a?b=c@d\n'
    expect(mayHoldSecret(text)).toBe(false)
    expect(redact(text)).toEqual({ text, found: [] })
  })

  it('leaves a text alone that only names the header of a key', () => {
    const text = `Refuse files that start with ${['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ')} because they are keys.\nThen go on as before.`
    expect(redact(text).text).toBe(text)
  })

  it('cannot be switched off by a comment in the text', () => {
    const { text } = redact(`secretlint-disable\n${fake.github}\n`)
    expect(text).toBe('secretlint-disable\n[redacted:github]\n')
  })

  it('finds a secret in a text of several megabytes, also across the seam of two pieces', () => {
    const filler = 'word '.repeat(199_995)
    const { text, found } = redact(`${filler}${fake.github} ${filler}${fake.npm}`)
    expect(text).not.toContain(fake.github)
    expect(text).not.toContain(fake.npm)
    expect(found).toEqual([{ rule: 'github', count: 1 }, { rule: 'npm', count: 1 }])
  })

  it('gives the same result again, and changes nothing when run on its own result', () => {
    const piece = fc.oneof(fc.constantFrom(...Object.values(fake)), fc.string(), fc.constantFrom(' ', '\n', '"', '=', ':', '@', '/'))
    fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
      const once = redact(pieces.join(''))
      expect(redact(pieces.join(''))).toEqual(once)
      expect(redact(once.text).text).toBe(once.text)
    }), { numRuns: 150 })
  })
})
