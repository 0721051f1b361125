/** The documents of a collection over HTTP: a page of them, one, new ones as JSON or as a file, and none any more. */
import type { Express, Request, Response } from 'express'
import { z } from 'zod'
import type { Caller } from '../../platform/caller.ts'
import { jsonText } from '../../platform/json-text.ts'
import { recordUpload } from '../../platform/uploads.ts'
import { documentSchema, linesOf } from '../../tools/document-schema.ts'
import { queryOf, type ServerContext } from './context.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { parseWith } from './parse-with.ts'
import { HttpFault } from './problem.ts'
import { answerWith, requireRole } from './rag-call.ts'
import { fileNameOf, mediaTypeOf, receiveFile } from './receive-file.ts'

type Named = Request<{ name: string }>
type One = Request<{ name: string; id: string }>

/** Documents in a JSON body. */
export const newDocumentsSchema = z.strictObject({
  documents: z.array(documentSchema).min(1).max(10_000).describe('The documents; as many as fit in a body'),
  language: z.string().max(40).optional().describe('Language of the texts, for stemming; detected when absent'),
})

export function addDocumentRoutes(app: Express, context: ServerContext): void {
  const { callers } = context

  const list = async (req: Named, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const query = queryOf(req, ['limit', 'after', 'prefix'])
    const input = { collection: req.params.name, ...given(query, ['after', 'prefix']), ...numbers(query, ['limit']) }
    await answerWith(context, req, res, { tool: 'list_documents', input, caller, query })
  }

  const get = async (req: One, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const query = queryOf(req, ['chunk', 'start', 'length', 'context'])
    const { name: collection, id: document } = req.params
    const input = { collection, document, ...numbers(query, ['chunk', 'start', 'length', 'context']) }
    await answerWith(context, req, res, { tool: 'get_document', input, caller, query })
  }

  const remove = async (req: One, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const { name: collection, id } = req.params
    const query = queryOf(req, ['wait'])
    await answerWith(context, req, res, { tool: 'delete_documents', input: { collection, documents: [id] }, caller, query })
  }

  const add = async (req: Named, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const query = queryOf(req, ['wait', 'name', 'language', 'readers'])
    requireRole(context, 'add_documents', caller)
    const name = fileNameOf(req, query)
    const sent = name === undefined ? await takeJson(req, context, caller) : await takeFile(req, context, { caller, name })
    const readers = query.getAll('readers')
    const input = {
      collection: req.params.name,
      ...given(query, ['language']),
      ...(readers.length === 0 ? {} : { readers }),
      ...sent,
    }
    await answerWith(context, req, res, { tool: 'add_documents', input, caller, query })
  }

  app.route('/api/collections/:name/documents').get(list).post(add).all(methodNotAllowed('GET, POST'))
  app.route('/api/collections/:name/documents/:id').get(get).delete(remove).all(methodNotAllowed('GET, DELETE'))
}

interface Sent {
  readonly upload: { readonly digest: string; readonly name: string; readonly media_type?: string }
  readonly language?: string
}

/** Documents in JSON become a file of lines: a run keeps its input, and a body is too much to keep there. */
async function takeJson(req: Request, { waist, bodyLimit }: ServerContext, caller: Caller): Promise<Sent> {
  const type = mediaTypeOf(req)
  if (type !== undefined && type !== 'application/json')
    throw new HttpFault(400, 'usage', `A file of type '${type.slice(0, 80)}' needs a name: add ?name=FILE or a Content-Disposition header.`)
  const { documents, language } = parseWith(newDocumentsSchema, await readJson(req, bodyLimit), 'The body')
  jsonText(documents, 'A document')
  const { blobs, db } = waist.platform
  const bytes = linesOf(documents)
  const digest = await blobs.put(bytes)
  await recordUpload(db, { workspace: caller.workspace, caller: caller.id, digest }, bytes.length)
  return { upload: { digest, name: 'documents.jsonl' }, ...(language === undefined ? {} : { language }) }
}

async function takeFile(
  req: Request,
  { waist, uploadLimit }: ServerContext,
  { caller, name }: { readonly caller: Caller; readonly name: string },
): Promise<Sent> {
  const type = mediaTypeOf(req)
  const digest = await receiveFile(req, waist.platform, { caller, limit: uploadLimit })
  return { upload: { digest, name, ...(type === undefined ? {} : { media_type: type }) } }
}

/** Parameters as the tool's fields. */
function given(query: URLSearchParams, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => (query.has(name) ? [[name, query.get(name) ?? '']] : [])))
}

/** As numbers; what is none stays text, which the tool refuses by name. */
function numbers(query: URLSearchParams, names: readonly string[]): Readonly<Record<string, string | number>> {
  const numeric = (text: string): string | number => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text)
  return Object.fromEntries(Object.entries(given(query, names)).map(([name, text]) => [name, numeric(text)]))
}
