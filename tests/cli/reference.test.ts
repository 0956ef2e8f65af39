import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import * as generator from '../../bin/generate-docs.mjs'

const references = (generator as { references: () => Promise<Record<string, string>> }).references

const committed = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

test('the reference in docs/ is what the program says of itself now (node bin/generate-docs.mjs writes it)', async () => {
  const texts = await references()
  expect(Object.keys(texts).length).toBeGreaterThan(0)
  for (const [name, text] of Object.entries(texts)) expect(committed(name) === text, `docs/${name} is not current`).toBe(true)
})

test('every event type, every command and every error code is in it', async () => {
  const { 'events.md': events = '', 'cli.md': cli = '', 'errors.md': errors = '' } = await references()
  for (const type of ['spec.submitted', 'run.claimed', 'blob.erased', 'log.rewound']) expect(events).toContain(`### ${type}`)
  for (const command of ['status', 'start', 'scenario new', 'cleanup-research-done', 'restore']) expect(cli).toContain(`### factory ${command}\n`)
  for (const code of ['spec-not-found', 'workspace-busy', 'unknown-command', 'already-queued']) expect(errors).toContain(`| \`${code}\` |`)
})
