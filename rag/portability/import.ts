/**
 * A collection file into a new collection, resumable at any point and seen by nobody before it is whole: it is written under
 * a hidden name, one journalled step for each group of lines, and `reveal` gives it its own name.
 */
import type { Database, Queryable } from '../../platform/database/database.ts'
import { SqlError } from '../../platform/database/sql-error.ts'
import { Fault } from '../../platform/fault.ts'
import { tidy } from '../index/clear.ts'
import { type Collection, findCollection, getCollection, hiddenMark, holdCollection } from '../index/collections.ts'
import { growGraphs } from '../index/graph.ts'
import { removeDocuments } from '../index/remove.ts'
import type { Header } from './format.ts'
import type { Checked } from './import.worker.ts'
import { type ImportReader, openImportReader } from './import-reader.ts'
import { writeGroup } from './write-group.ts'

export interface ImportGround {
  readonly db: Database
  readonly signal: AbortSignal
  /** Id of this import, the same when it is resumed. */
  readonly id: string
  step<T>(name: string, effect: (tx: Queryable) => Promise<T>): Promise<T>
  progress(progress: { readonly fraction?: number; readonly message: string }): void
}

export interface ImportRequest {
  readonly workspace: string
  /** Real path of the file. */
  readonly path: string
  /** The name for the collection, from the one in the file. */
  readonly nameFor: (header: Header) => string
}

export interface Imported {
  readonly name: string
  /** Still hidden. */
  readonly collection: Collection
  readonly header: Header
}

/** Postings are merged so often, in groups. */
const groupsBetweenMerges = 64

/** Throws `conflict` when the name is taken, `invalid_input` or `too_large` when the file is not whole; then nothing is left of it. */
export async function importCollection(ground: ImportGround, request: ImportRequest): Promise<Imported> {
  const { db, signal, progress } = ground
  const { workspace } = request
  await using reader = openImportReader(request.path, signal)
  progress({ message: 'checking the file' })
  const checked = await reader.check()
  const { header } = checked
  const name = request.nameFor(header)
  if (await findCollection(db, workspace, name)) throw taken(name)
  await sweep(db, workspace, signal)
  const hidden = `${hiddenMark}import ${ground.id}`
  try {
    await writeAll(ground, reader, { workspace, hidden, checked })
    return { name, header, collection: await settled(ground, { workspace, hidden, checked }) }
  } catch (error) {
    // Stopped work is resumed or swept away later; failed work is not.
    if (!signal.aborted) await discard(db, { workspace, name: hidden }, signal)
    throw error
  }
}

interface Place {
  readonly workspace: string
  readonly hidden: string
  readonly checked: Checked
}

async function writeAll(ground: ImportGround, reader: ImportReader, { workspace, hidden, checked }: Place): Promise<void> {
  const { db, signal, id: ingestion } = ground
  const { language, embedder, dimensions, collection: exported } = checked.header
  const wanted = { workspace, name: hidden, language, embedder, dimensions }
  const collection = await db.background.transaction((tx) => holdCollection(tx, wanted))
  const place = { collection, ingestion, source: `import of ${exported}` }
  let open = 0
  let written = 0
  for (let number = 0, last = false; !last; number++) {
    signal.throwIfAborted()
    const group = await reader.next()
    const before = open
    open = await ground.step(`group ${number}`, (tx) => writeGroup(tx, { ...place, open: before }, group))
    last = group.last
    written += group.chunks.length
    ground.progress({ fraction: Math.min(0.99, written / Math.max(1, checked.chunks)), message: `${written} of ${checked.chunks} chunks` })
    if (number % groupsBetweenMerges === groupsBetweenMerges - 1) await tidy(db, collection, { signal, segments: groupsBetweenMerges })
  }
}

/** With its vectors linked for search. Throws when anything is missing: its rows were swept away while the import was stopped. */
async function settled({ db, signal, progress }: ImportGround, { workspace, hidden, checked }: Place): Promise<Collection> {
  const collection = await getCollection(db, workspace, hidden)
  if (collection.documents !== checked.documents || collection.chunks !== checked.chunks)
    throw new Fault('conflict', 'The import was interrupted for too long, so a part of it is gone. Import the file again.')
  await tidy(db, collection, { signal })
  await growGraphs(db, collection, { signal, onGrow: () => progress({ fraction: 0.99, message: 'linking vectors for fast search' }) })
  return collection
}

/** Makes the imported collection seen, under its name. Throws `conflict` when that was taken meanwhile. */
export async function reveal(tx: Queryable, { collection, name }: Imported): Promise<void> {
  try {
    await tx.query('update collections set name = $3, updated_at = now() where workspace = $1 and key = $2', [
      collection.workspace,
      collection.key,
      name,
    ])
  } catch (error) {
    if (error instanceof SqlError && error.code === '23505') throw taken(name)
    throw error
  }
}

/** Removes a hidden collection with all it holds; nothing happens when there is none. */
async function discard(
  db: Database,
  { workspace, name }: { readonly workspace: string; readonly name: string },
  signal: AbortSignal,
): Promise<void> {
  const collection = await findCollection(db, workspace, name)
  if (!collection) return
  await db.background.query(`update documents set state = 'replaced' where workspace = $1 and collection = $2 and state = 'staged'`, [
    workspace,
    collection.key,
  ])
  await removeDocuments({ db, signal, step: (_name, effect) => db.background.transaction(effect) }, collection, undefined)
}

/** Imports that were stopped a day ago and never resumed. */
async function sweep(db: Database, workspace: string, signal: AbortSignal): Promise<void> {
  const { rows } = await db.background.query<{ name: string }>(
    `select name from collections
     where workspace = $1 and starts_with(name, $2) and updated_at < now() - interval '1 day' limit 20`,
    [workspace, hiddenMark],
  )
  for (const { name } of rows) await discard(db, { workspace, name }, signal)
}

const taken = (name: string): Fault =>
  new Fault('conflict', `There is a collection '${name}' already. Import under another name, or delete that one first.`)
