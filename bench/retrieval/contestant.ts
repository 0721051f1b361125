/** The face every contestant shows: documents in, ranked ids out. */
import type { SourceText } from './collection.ts'

export interface Contestant {
  /** Ids of documents, best first, at most `depth`. */
  search(query: string, depth: number): Promise<readonly string[]>
}

/** A library in memory. */
export interface Peer {
  readonly name: string
  /** It compares vectors, ours among them; else words. */
  readonly vectors: boolean
  /** Ways to set it up: the first is the one that is timed, the best of all counts for quality. */
  readonly variants: readonly PeerVariant[]
}

export interface PeerVariant {
  readonly about: string
  open(documents: readonly SourceText[]): Promise<Contestant>
}
