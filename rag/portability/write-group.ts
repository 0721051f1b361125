/** One group of a collection file into the index, through the same functions as ingestion; a document is published when it is whole. */
import type { Queryable } from '../../platform/database/database.ts'
import { insertChunks, insertParts } from '../index/chunks.ts'
import { type Collection, holdCollection } from '../index/collections.ts'
import { insertDocuments, publishDocuments } from '../index/documents.ts'
import type { Group } from './import.worker.ts'

export interface GroupPlace {
  readonly collection: Collection
  /** What the documents remember as their source. */
  readonly source: string
  readonly ingestion: string
  /** Key of the document that the group before left open; 0 at the start. */
  readonly open: number
}

/** Returns the key of the document that is open now. */
export async function writeGroup(tx: Queryable, place: GroupPlace, group: Group): Promise<number> {
  const { source, ingestion, open } = place
  const collection = await holdCollection(tx, place.collection)
  const documents = group.documents.map(({ kind: _, number: __, ...document }) => ({
    ...document,
    readers: document.readers,
    source,
    ingestion,
  }))
  const keys = documents.length === 0 ? [] : await insertDocuments(tx, collection, documents)
  const byNumber = new Map(group.documents.map(({ number }, at) => [number, keys[at] ?? 0]))
  const keyed = <T extends { readonly document: number }>(items: readonly T[]): readonly T[] =>
    items.map((item) => ({ ...item, document: byNumber.get(item.document) ?? open }))
  await insertParts(tx, collection.workspace, keyed(group.texts))
  if (group.chunks.length > 0) await insertChunks(tx, collection, { chunks: keyed(group.chunks) })
  const whole = group.whole.map((number) => byNumber.get(number) ?? open)
  if (whole.length > 0) await publishDocuments(tx, collection, whole)
  return keys.at(-1) ?? open
}
