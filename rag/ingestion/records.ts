/** Documents given as data: one `{_id, title, text, format?, metadata?, readers?}` a line of JSONL or an entry of a JSON array. */
import { type SourceDocument, storable } from './document.ts'

const largestMetadata = 16 * 1024
const deepestMetadata = 32
const longestId = 512
const longestTitle = 1000
const mostReaders = 1000
const longestReader = 200

/** The document, or the reason why there is none. */
export function documentOf(record: unknown): SourceDocument | string {
  if (!isRecord(record)) return 'is not a JSON object'
  const { _id, title = '', text, format, metadata, readers } = record
  const id = typeof _id === 'number' ? String(_id) : _id
  if (typeof id !== 'string' || id === '') return "has no '_id'"
  if (id.length > longestId) return `has an '_id' of ${id.length} characters; at most ${longestId} are allowed`
  if (title !== null && typeof title !== 'string') return "has a 'title' that is not text"
  if (typeof text !== 'string') return "has no 'text'"
  if (text.trim() === '') return "has an empty 'text'"
  const kept = metadataOf(metadata ?? {})
  if (typeof kept === 'string') return kept
  if (!areReaders(readers)) return "has 'readers' that are not a list of names"
  return {
    id: storable(id),
    title: storable((title ?? '').slice(0, longestTitle)),
    text: storable(text),
    metadata: kept,
    format: formatOf(format),
    ...(readers && { readers: readers.map(storable) }),
  }
}

/** Records of other programs have formats of their own, which mean nothing here. */
const formatOf = (format: unknown): 'markdown' | 'html' | 'text' => (format === 'markdown' || format === 'html' ? format : 'text')

function metadataOf(metadata: unknown): Readonly<Record<string, unknown>> | string {
  if (!isRecord(metadata)) return "has 'metadata' that is not an object"
  const clean = cleaned(metadata, 0)
  if (!isRecord(clean)) return `has 'metadata' nested deeper than ${deepestMetadata} levels`
  return JSON.stringify(clean).length > largestMetadata ? `has 'metadata' of more than ${largestMetadata / 1024} KB` : clean
}

function areReaders(readers: unknown): readers is readonly string[] | undefined {
  if (readers === undefined) return true
  if (!Array.isArray(readers) || readers.length > mostReaders) return false
  return readers.every((reader) => typeof reader === 'string' && reader !== '' && reader.length <= longestReader)
}

/** jsonb can't hold NUL or half surrogate pairs either, in keys or values. Undefined when it is nested too deep. */
function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return storable(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= deepestMetadata) return undefined
  const inner = Object.entries(value).map(([key, item]) => [storable(key), cleaned(item, depth + 1)] as const)
  if (inner.some(([, item]) => item === undefined)) return undefined
  return Array.isArray(value) ? inner.map(([, item]) => item) : Object.fromEntries(inner)
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
