/** `backends`: the programs and services that run agents. `kind: command` is any executable; other kinds are adapters. */
import type * as z from 'zod'
import { free, text, textMap, texts } from '../scalars.ts'
import { mapping, named } from './section.ts'

const backend = mapping({
  kind: text().optional().describe('`command` for an executable, or the name of an adapter; without it `command` where a command is given, else the backend\'s own name'),
  command: texts().optional().describe('program and arguments, started without a shell; paths are relative to this file'),
  env: textMap().optional().describe('environment added to its own'),
  options: free().optional().describe('whatever the adapter understands'),
})

export const backends = named(backend).prefault({}).describe('the backends that agents can run on')
export type BackendInput = z.output<typeof backend>
