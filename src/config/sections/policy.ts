/** `policy`: what may happen without a person. */
import { choice, onOff } from '../scalars.ts'
import { mapping } from './section.ts'

export const deliveries = ['merge', 'pull-request', 'none'] as const

export const policy = mapping({
  promoteLowObservations: onOff().prefault('off').describe('low observations become intents by themselves'),
  deliver: choice(deliveries, { pr: 'pull-request' }).prefault('merge').describe('what happens to a verified change'),
  wall: choice(['auto', 'required', 'off'], { false: 'off' }).prefault('auto').describe('whether agents run behind a wall: where there is one, always, never'),
  git: choice(['commit', 'off'], { false: 'off' }).prefault('commit').describe('whether state-changing commands commit what they wrote'),
}).prefault({}).describe('what may happen without a person')
