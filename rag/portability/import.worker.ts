/** Reads a collection file off the main thread: checks all of it first, then hands it over in groups one short transaction can write. */
import { parentPort, workerData } from 'node:worker_threads'
import { asFault } from '../../platform/fault.ts'
import type { PreparedChunk } from '../ingestion/prepare.ts'
import type { Language } from '../language/detect.ts'
import { countTerms } from '../language/tokens.ts'
import type { DocumentLine, Header } from './format.ts'
import { readCollectionFile } from './read-file.ts'
import type { Entry } from './sequence.ts'

export type Request = 'check' | 'next'

export interface Checked {
  readonly header: Header
  readonly documents: number
  readonly chunks: number
}

export interface GroupChunk extends PreparedChunk {
  /** Number of its document in the file, from 0. */
  readonly document: number
  readonly ordinal: number
  readonly language: Language
  readonly vector: Float32Array
}

/** Documents that begin here, texts and chunks of them and of the one that was open, and those that are whole now. */
export interface Group {
  readonly documents: readonly (DocumentLine & { readonly number: number })[]
  readonly texts: readonly { readonly document: number; readonly start: number; readonly text: string }[]
  readonly chunks: readonly GroupChunk[]
  readonly whole: readonly number[]
  readonly last: boolean
}

/** A group closes at the first of these: about what one short transaction can index. */
const groupChunks = 12
const groupDocuments = 50
const groupCharacters = 20_000

const { path } = workerData
const groups = groupsOf()

parentPort?.on('message', (request: Request) => {
  const answer = request === 'check' ? check() : groups.next().then(({ value }) => value)
  answer.then(
    (value) => parentPort?.postMessage({ value }),
    (error: unknown) => {
      const { code, message } = asFault(error)
      parentPort?.postMessage({ error: { code, message } })
    },
  )
})

async function check(): Promise<Checked> {
  let header: Header | undefined
  let documents = 0
  let chunks = 0
  for await (const entry of readCollectionFile(path)) {
    if (entry.kind === 'header') header = entry
    else if (entry.kind === 'document') documents += 1
    else if (entry.kind === 'chunk') chunks += 1
  }
  if (header === undefined) throw new Error('A file without a header was read to its end.')
  return { header, documents, chunks }
}

async function* groupsOf(): AsyncGenerator<Group, Group> {
  let number = -1
  let language: Language = 'simple'
  let group = emptyGroup()
  let characters = 0
  for await (const entry of readCollectionFile(path)) {
    if (entry.kind === 'header') continue
    if (entry.kind === 'document') {
      if (number >= 0) group.whole.push(number)
      number += 1
      language = entry.document.language
      group.documents.push({ ...entry.document, number })
    } else if (entry.kind === 'text') {
      group.texts.push({ document: number, start: entry.start, text: entry.text })
      characters += entry.text.length
    } else {
      group.chunks.push(preparedChunk({ document: number, language }, entry))
    }
    if (group.chunks.length < groupChunks && group.documents.length < groupDocuments && characters < groupCharacters) continue
    yield group
    group = emptyGroup()
    characters = 0
  }
  if (number >= 0) group.whole.push(number)
  return { ...group, last: true }
}

interface OpenGroup extends Group {
  readonly documents: (DocumentLine & { readonly number: number })[]
  readonly texts: { readonly document: number; readonly start: number; readonly text: string }[]
  readonly chunks: GroupChunk[]
  readonly whole: number[]
}

const emptyGroup = (): OpenGroup => ({ documents: [], texts: [], chunks: [], whole: [], last: false })

function preparedChunk(
  of: Pick<GroupChunk, 'document' | 'language'>,
  { ordinal, chunk, vector }: Extract<Entry, { kind: 'chunk' }>,
): GroupChunk {
  const { start, end, page, title, text } = chunk
  // As ingestion counts them.
  const counted = countTerms(`${title}\n${text}`)
  const terms = { terms: [...counted.keys()], counts: [...counted.values()] }
  return { ...of, ordinal, start, end, title, text, vector, ...terms, ...(page !== undefined && { page }) }
}
