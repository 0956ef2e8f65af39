/** Which blobs an event needs: what it names, and what its listings name. Used by replay, which copies them, and audit, which looks for them. */
import type { FactoryEvent } from '../events/types.ts'

/** Every document that an event names, and those that its listings name: what a view held, what a cancelled run had made. */
export function documentsOf(event: FactoryEvent, text: (sha256: string) => string): string[] {
  const listing = event.type === 'run.started' ? event.data.view : event.type === 'run.cancelled' ? event.data.kept : null
  return [...docsIn(event.data), ...(listing === null ? [] : docsIn(listingOf(listing.sha256, text)))]
}

function listingOf(sha256: string, text: (sha256: string) => string): unknown {
  try {
    return JSON.parse(text(sha256))
  } catch {
    // Missing, erased or no listing: then it names nothing.
    return null
  }
}

function docsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(docsIn)
  const { sha256, bytes } = value as { sha256?: unknown; bytes?: unknown }
  if (typeof sha256 === 'string' && typeof bytes === 'number') return [sha256]
  return Object.values(value).flatMap(docsIn)
}
