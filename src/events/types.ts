/**
 * Events as reducers, deciders and projections see them: typed by the catalogue, without loading it.
 * A draft is what a decider returns; the log adds identity, clock and chain.
 */
import type { DataOf, EventType } from './catalogue.ts'

export type { DataOf, EventType } from './catalogue.ts'
export type { Doc, Option, SpecFields } from './define.ts'
export type ItemId = `${string}:${number}`

export interface EventBase {
  readonly seq: number
  readonly writer: string
  readonly time: string
  readonly tick: number
  readonly version: number
  readonly item: ItemId
  readonly stream: string
  readonly actor: string
  readonly run?: string
  readonly cause?: ItemId
  readonly seen?: Readonly<Record<string, number>>
  readonly batch?: readonly [number, number]
  readonly at?: string
  readonly key?: string
  readonly onBehalfOf?: string
  readonly prev: string
  readonly hash: string
}

export type FactoryEvent = { [Type in EventType]: EventBase & { readonly type: Type; readonly data: DataOf<Type> } }[EventType]
export type EventOf<Type extends EventType> = Extract<FactoryEvent, { type: Type }>

/** `item` absent: the event creates its item. */
export type Draft = {
  [Type in EventType]: { readonly type: Type; readonly stream: string; readonly item?: ItemId; readonly cause?: ItemId; readonly run?: string; readonly data: DataOf<Type> }
}[EventType]

export const idOf = (event: { readonly writer: string; readonly seq: number }): ItemId => `${event.writer}:${event.seq}`
/** The time people mean: the writer's wall clock. */
export const wallTime = (event: { readonly time: string; readonly at?: string }): string => event.at ?? event.time
