/**
 * The log port: what the rest of Factory knows of the log. The log knows bytes and envelopes, not meanings.
 * Implementations: the file log (`file-log.ts`) and an in-memory one for tests; one contract suite holds both
 * (`tests/log/contract.ts`). Reading needs no lock; `recover` and `append` need the workspace lock.
 */

/** `writer:seq`, the identity of an event. */
export type EventId = `${string}:${number}`
/** The last sequence number known of each writer. */
export type Heads = Readonly<Record<string, number>>

/** One line of the log, parsed. Unknown envelope fields are kept. Field order on disk is as listed. */
export interface StoredEvent {
  readonly format: 1
  readonly seq: number
  readonly writer: string
  /** Hybrid logical clock, ISO 8601 with milliseconds; with `tick` greater than any event this one has seen. */
  readonly time: string
  readonly tick: number
  readonly type: string
  readonly version: number
  /** Id of the event that created the item this belongs to. */
  readonly item: EventId
  /** The item's readable name, `kind/name`. */
  readonly stream: string
  readonly actor: string
  readonly run?: string
  readonly cause?: EventId
  /** Heads of the other writers that the command was decided on; only on the first event of a command. */
  readonly seen?: Heads
  /** [i, n], 1-based; absent for a single event. */
  readonly batch?: readonly [number, number]
  /** The writer's wall clock where it differs from `time` by over a second. */
  readonly at?: string
  readonly key?: string
  readonly onBehalfOf?: string
  readonly data: unknown
  readonly prev: string
  readonly hash: string
}

/** An event to append; identity, clock, chain, `seen` and `batch` are filled in by the log. */
export interface EventDraft {
  readonly type: string
  readonly version: number
  /** Absent: this event creates its item (the item id becomes the event's own id). */
  readonly item?: EventId
  readonly stream: string
  readonly actor: string
  readonly run?: string
  readonly cause?: EventId
  readonly key?: string
  readonly onBehalfOf?: string
  readonly data: unknown
}

/**
 * A place in the log up to which somebody has folded. Valid for continuing only while the sealed segments are the same,
 * the active file still has `activeHash` as the hash of the line that ends at byte `activeBytes`, and nothing unseen
 * sorts before `last`.
 */
export interface Cursor {
  readonly segments: readonly string[]
  readonly activeBytes: number
  readonly activeHash: string
  /** Fold-order key of the last folded event: [time, tick, writer, seq]. */
  readonly last: readonly [string, number, string, number] | null
  readonly heads: Heads
  readonly events: number
}

export interface Scan {
  /** 'all': `events` starts at the beginning of history. 'tail': it continues behind the cursor that was given. */
  readonly from: 'all' | 'tail'
  /** Complete batches only, duplicates removed, in fold order (time, tick, writer, seq); a fork's lines in hash order. */
  readonly events: Iterable<StoredEvent>
  /** Valid once `events` has been consumed. */
  cursor(): Cursor
  /** Valid once `events` has been consumed. */
  problems(): readonly LogProblem[]
}

/** Damage and oddities found while reading; never stops a reader. */
export interface LogProblem {
  readonly kind:
    | 'torn-tail' | 'unreadable-line' | 'bad-hash' | 'broken-chain' | 'gap' | 'fork' | 'incomplete-batch'
    | 'conflict-marker' | 'duplicate' | 'foreign-order' | 'newer-format' | 'clock-ahead' | 'lost-events' | 'segment-damaged'
  /** File and line or byte, e.g. `events.jsonl:17`. */
  readonly at: string
  readonly detail: string
}

/** What `recover` did, as drafts the caller must append first (types `log.*`), before any command of its own. */
export interface Recovery {
  readonly drafts: readonly EventDraft[]
  /** True when another writer id had to be taken (a copied directory, an older checkout, a restored backup). */
  readonly rewound: boolean
  readonly problems: readonly LogProblem[]
}

export interface LogPort {
  /** This clone's writer id (made on first use under the lock; '' before that). */
  writer(): string
  /** The seq that the next appended event will get. Only meaningful under the lock, after `recover`. */
  nextSeq(): number
  heads(): Heads
  /** Read-only. With a cursor that is still valid, only what is new; else everything. */
  scan(after?: Cursor): Scan
  /**
   * Under the lock: continue or take a writer id, quarantine and cut a torn tail, put back acknowledged lines that git
   * replaced (hard link), heal markers, duplicates and order. Writes file repairs; returns the events that record them.
   */
  recover(now: Date): Recovery
  /** Under the lock: one batch, one write, fdatasync, re-check. Returns the events as stored. Never retries in place. */
  append(drafts: readonly EventDraft[], now: Date): readonly StoredEvent[]
  /** Under the lock: seal the head of the active file as a segment once it is over the limit. Returns paths written or removed. */
  seal(): readonly string[]
}

export const eventId = (event: { writer: string; seq: number }): EventId => `${event.writer}:${event.seq}`
