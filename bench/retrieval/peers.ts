/** The libraries people use for this today. */
import type { Peer } from './contestant.ts'
import { lunrPeer } from './lunr.ts'
import { memoryVectorStorePeer } from './memory-vector-store.ts'
import { miniSearchPeer } from './minisearch.ts'
import { oramaPeer } from './orama.ts'

export const peers: readonly Peer[] = [miniSearchPeer, lunrPeer, oramaPeer, memoryVectorStorePeer]
