/** Documents as resources: listed collection by collection, read whole up to a limit, and only those that the caller may read. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { type Reader, type ResourceKind, trustOf } from './resource-kind.ts'
import { readUri, writeUri } from './uri-pattern.ts'

const collections = z.looseObject({ collections: z.array(z.looseObject({ collection: z.string() })) })
const listed = z.looseObject({
  documents: z.array(z.looseObject({ document: z.string(), title: z.string(), characters: z.number(), updated_at: z.string() })),
  next: z.string().optional(),
})
const passage = z.looseObject({ text: z.string(), characters: z.number(), end: z.number(), title: z.string() })

/** Characters of one read, and of a whole resource: a client's context ends somewhere. */
const readLength = 50_000
const longest = 1_000_000

export const documentKind: ResourceKind = {
  name: 'document',
  title: 'Document',
  description: 'The text of an ingested document.',
  uri: 'millrace://document/{collection}/{document}',
  mimeType: 'text/plain',
  through: ['list_collections', 'list_documents', 'get_document'],
  list: async (reader, { after, most }) => {
    const { data } = await reader.data('list_collections', {}, collections)
    const names = data.collections.map(({ collection }) => collection).sort()
    const place = after === undefined ? undefined : readUri(documentKind.uri, after)
    const collection = names.find((name) => place === undefined || name >= (place.collection ?? ''))
    if (collection === undefined) return { resources: [] }
    const from = place !== undefined && place.collection === collection && place.document !== beginning ? { after: place.document } : {}
    const { data: page } = await reader.data('list_documents', { collection, limit: Math.min(most, 500), ...from }, listed)
    const following = names[names.indexOf(collection) + 1]
    return {
      next: nextOf({ collection, next: page.next, following }),
      resources: page.documents.map(({ document, title, characters, updated_at }) => ({
        uri: writeUri(documentKind.uri, { collection, document }),
        name: document,
        ...(title === '' ? {} : { title }),
        description: `${characters} characters, in ${collection}`,
        mimeType: mimeTypeOf(document),
        annotations: { lastModified: updated_at },
      })),
    }
  },
  read: async (reader, { collection = '', document = '' }, uri) => {
    const { text, whole } = await textOf(reader, { collection, document })
    return [{ uri, mimeType: mimeTypeOf(document), text: whole ? text : `${text}\n[… cut here; get_document reads on]`, ...trustOf(true) }]
  },
}

/** Stands for "from the first document on"; no document is called so. */
const beginning = '\u0000'

function nextOf({
  collection,
  next,
  following,
}: {
  readonly collection: string
  readonly next: string | undefined
  readonly following: string | undefined
}): string | undefined {
  if (next !== undefined) return writeUri(documentKind.uri, { collection, document: next })
  return following === undefined ? undefined : writeUri(documentKind.uri, { collection: following, document: beginning })
}

async function textOf(
  reader: Reader,
  where: { readonly collection: string; readonly document: string },
): Promise<{ readonly text: string; readonly whole: boolean }> {
  let text = ''
  let end = 0
  while (end < longest) {
    const { data } = await reader.data('get_document', { ...where, start: end, length: readLength, context: 0 }, passage)
    text += data.text
    if (data.end >= data.characters || data.end <= end) return { text, whole: true }
    end = data.end
  }
  return { text, whole: false }
}

/** What was ingested is kept as text; Markdown stays Markdown. */
const mimeTypeOf = (document: string): string => (/\.(md|markdown)$/i.test(document) ? 'text/markdown' : 'text/plain')

/** For completion: ids that begin with what was typed. */
export async function documentIds(reader: Reader, collection: string, prefix: string): Promise<readonly string[]> {
  if (collection === '') throw new Fault('invalid_input', 'Documents are completed within a collection.')
  const { data } = await reader.data('list_documents', { collection, limit: 100, ...(prefix === '' ? {} : { prefix }) }, listed)
  return data.documents.map(({ document }) => document)
}
