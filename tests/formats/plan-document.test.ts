/** Plans: segments, checkpoints, strategy. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePlan } from '../../src/formats/plan-document.ts'

const codes = (text: string) => parsePlan(text).problems.map(({ code }) => code)

describe('a plan', () => {
  it('without segments and checkpoints is one autonomous segment', () => {
    expect(parsePlan('# Plan: x\n\n1. one\n2. two\n')).toEqual({ title: 'x', segments: [{ index: 0, title: 'x', text: '1. one\n2. two', checkpointAfter: null }], strategy: 'autonomous', problems: [] })
  })

  it('with only human-verify checkpoints is segmented, with a decision or human-action dependent on it', () => {
    const plan = (type: string) => parsePlan(`# Plan: x\n\n## Segment 1: form\ntasks\n\n### Checkpoint c1: look\n- type: ${type}\n\n**Options:**\n- (a) yes\n\n## Segment: rest\nmore\n`)
    expect(plan('human-verify')).toMatchObject({ strategy: 'segmented', problems: [], segments: [{ title: 'form', text: 'tasks', checkpointAfter: { id: 'c1', type: 'human-verify', title: 'look' } }, { title: 'rest', text: 'more', checkpointAfter: null }] })
    expect(plan('decision')).toMatchObject({ strategy: 'decision-dependent', segments: [{ checkpointAfter: { options: [{ id: 'a', text: 'yes' }] } }, {}] })
    expect(plan('human-action').strategy).toBe('decision-dependent')
  })

  it('continues as a new segment after a checkpoint, and leaves its introduction out of the segments', () => {
    const { segments } = parsePlan('# Plan: x\nWhy.\n\n## Segment: a\n1\n\n### Checkpoint c1: look\n- type: human-verify\n\n### Step 2\n2\n\n## Segment: b\n3\n')
    expect(segments.map(({ title, text }) => [title, text])).toEqual([['a', '1'], ['after Checkpoint c1: look', '### Step 2\n2'], ['b', '3']])
    const plain = parsePlan('# Plan: x\n1. one\n\n## Checkpoint c1: look\n- type: human-verify\n\n## Then\n2. two\n')
    expect(plain.segments.map(({ text }) => text)).toEqual(['1. one', '## Then\n2. two'])
  })

  it('gives the planner precise problems', () => {
    expect(parsePlan('# Plan: x\n1. a\n\n## Checkpoint c1: q\n- type: approve\n').problems).toMatchObject([{ line: 5, code: 'checkpoint-type' }])
    expect(parsePlan('# Plan: x\n1. a\n\n## Checkpoint c1: q\n- type: decision\n').problems).toMatchObject([{ line: 4, code: 'checkpoint-without-options' }])
    expect(codes('# Plan: x\n1. a\n\n## Checkpoint: look at it\n- type: human-verify\n')).toEqual(['checkpoint-id'])
    expect(codes('# Plan: x\n1. a\n2. checkpoint:human-verify look\n')).toEqual(['checkpoint-not-a-heading'])
    expect(codes('<task type="checkpoint:decision">x</task>\n')).toEqual(['plan-title', 'checkpoint-not-a-heading'])
    expect(codes('# Plan: x\n')).toEqual(['plan-empty'])
    expect(codes('')).toEqual(['plan-title', 'plan-empty'])
  })

  it('never throws, numbers its segments, and has the strategy of its checkpoints', () => {
    const piece = fc.constantFrom('# Plan: x\n', '## Segment: a\n', '### Checkpoint c1: t\n', '## Checkpoint c2: t\n', '- type: human-verify\n', '- type: decision\n', '1. task\n', '\n', '```\n', '## Other\n', '**Options:**\n- (a) x\n', '- type: human-action\n')
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), pieces => {
      const { segments, strategy } = parsePlan(pieces.join(''))
      expect(segments.map(({ index }) => index)).toEqual(segments.map((_, index) => index))
      const types = segments.flatMap(({ checkpointAfter }) => checkpointAfter?.type ?? [])
      expect(strategy).toBe(types.length === 0 ? 'autonomous' : types.every(type => type === 'human-verify') ? 'segmented' : 'decision-dependent')
    }), { numRuns: 1500 })
  })
})
