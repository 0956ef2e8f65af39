import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { protocolTable } from '../../src/protocol/table.ts'

test('the page of the directory protocol is what the rows say', () => {
  expect(readFileSync(new URL('../../docs/directory-protocol.md', import.meta.url), 'utf8')).toBe(protocolTable())
})
