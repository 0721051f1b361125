/** Readings to batches: what one short transaction can index, with the language of the whole. */
import { detectLanguage, type Language } from '../language/detect.ts'
import { documentDigest, type Skip, type SourceDocument } from './document.ts'
import type { SourceFile } from './files.ts'
import type { Place, Reading } from './read.ts'

/** A document of the batch without its text. */
export interface BatchEntry {
  readonly id: string
  readonly digest: string
  readonly characters: number
  /** Name of the file it was read from. */
  readonly file: string
  readonly readers?: readonly string[]
}

export interface Batch {
  readonly documents: readonly BatchEntry[]
  readonly skipped: readonly Skip[]
  /** Of the first documents of all. */
  readonly language: Language
  readonly last: boolean
  /** Where the reading goes on. */
  readonly next: Place
}

export interface BatchLimits {
  /** A batch closes when it holds this many characters of text; a longer document is alone in its batch. */
  readonly batchCharacters: number
  readonly batchDocuments: number
}

export interface Batches {
  next(): Promise<Batch>
  /** Document `index` of the last batch. */
  document(index: number): SourceDocument | undefined
}

const sampleCharacters = 200_000
/** Documents read ahead to find the language of the whole are kept, up to this many characters. */
const heldCharacters = 4_000_000
/** Of one document. */
const languageSample = 20_000

interface Member {
  readonly document: SourceDocument
  readonly file: string
}

interface Source {
  readonly files: readonly Pick<SourceFile, 'name'>[]
  readonly readings: AsyncIterator<Reading, void>
  /** Where the readings begin. */
  readonly from: Place
  /** Of the whole, where it is known already. */
  readonly language: Language | undefined
}

export function openBatches({ files, readings, from, ...known }: Source, limits: BatchLimits): Batches {
  const ahead: Reading[] = []
  let { language } = known
  let place = from
  let batch: Member[] = []
  const peek = async (): Promise<Reading | undefined> => {
    if (ahead.length === 0) {
      const { value } = await readings.next()
      if (value) ahead.push(value)
    }
    return ahead[0]
  }
  /** From more than the first batch: source code, tables or a preface may come first. */
  const languageOfStart = async (): Promise<Language> => {
    let sample = ''
    for (let held = 0; sample.length < sampleCharacters && held < heldCharacters; ) {
      const { value } = await readings.next()
      if (!value) break
      ahead.push(value)
      if (!('document' in value)) continue
      held += value.document.text.length
      if (value.document.format !== 'code') sample += `${value.document.text.slice(0, languageSample)}\n`
    }
    return detectLanguage(sample === '' ? 'the code is in English for all that we know' : sample)
  }
  const wants = (characters: number, skipped: number): boolean =>
    characters < limits.batchCharacters && batch.length < limits.batchDocuments && skipped < limits.batchDocuments
  return {
    document: (index) => batch[index]?.document,
    async next() {
      language ??= await languageOfStart()
      batch = []
      const skipped: Skip[] = []
      let characters = 0
      let reading = await peek()
      for (; reading && wants(characters, skipped.length); reading = await peek()) {
        if ('skip' in reading) skipped.push(reading.skip)
        else {
          const { document } = reading
          if (batch.length > 0 && characters + document.text.length > limits.batchCharacters) break
          batch.push({ document, file: files[reading.file]?.name ?? '' })
          characters += document.text.length
        }
        ahead.shift()
        place = { file: reading.file, item: reading.item + 1 }
      }
      return { skipped, language, last: reading === undefined, next: place, documents: batch.map(entryOf) }
    },
  }
}

function entryOf({ document, file }: Member): BatchEntry {
  const { id, text, readers } = document
  return { id, digest: documentDigest(document), characters: text.length, file, ...(readers && { readers }) }
}
