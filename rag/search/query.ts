/** A query as one collection reads it: its words, and the words that misspelt ones stand for there. */
import type { Database } from '../../platform/database/database.ts'
import type { Collection } from '../index/collections.ts'
import { countTerms } from '../language/tokens.ts'
import type { QueryWeights } from './query-words.ts'
import { type Repair, repairSpelling } from './spelling.ts'

export interface QueryInCollection {
  readonly collection: Collection
  readonly words: QueryWeights
  readonly repairs: readonly Repair[]
}

export interface Wording {
  readonly query: string
  readonly spelling?: 'repair' | 'off'
}

export async function readQuery(db: Database, collection: Collection, { query, spelling = 'repair' }: Wording): Promise<QueryInCollection> {
  const counts = countTerms(query)
  const repairs = spelling === 'repair' ? await repairSpelling(db, collection, counts) : []
  if (repairs.length === 0) return { collection, words: counts, repairs }
  const words = new Map<string, number>(counts)
  for (const { said, meant, weight } of repairs) words.set(meant, (words.get(meant) ?? 0) + weight * (counts.get(said) ?? 0))
  return { collection, words, repairs }
}
