/** Collections, documents, search and answers as resources, for applications: every route is a call of one tool. */
import type { Express, Request, Response } from 'express'
import { Fault } from '../../platform/fault.ts'
import { queryOf, type ServerContext, sendJson } from './context.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { addAskRoutes } from './rag-ask.ts'
import { answerWith, invokeFor, sendOutcome, withPath } from './rag-call.ts'
import { addDocumentRoutes } from './rag-documents.ts'
import { addTransferRoutes } from './rag-transfer.ts'

type Named = Request<{ name: string }>

export function addRagRoutes(app: Express, context: ServerContext): void {
  const { callers } = context

  const list = async (req: Request, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    await answerWith(context, req, res, { tool: 'list_collections', input: {}, caller, query: queryOf(req, []) })
  }

  const get = async (req: Named, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const { name } = req.params
    const outcome = await invokeFor(context, req, res, { tool: 'list_collections', input: {}, caller, query: queryOf(req, []) })
    if (outcome.kind !== 'done') return sendOutcome(res, outcome)
    const found = collectionsIn(outcome.data).find((collection) => Reflect.get(collection, 'collection') === name)
    if (found === undefined)
      throw new Fault('not_found', `There is no collection '${name.slice(0, 80)}'. GET /api/collections lists those there are.`)
    sendJson(res, 200, found)
  }

  const remove = async (req: Named, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const query = queryOf(req, ['wait'])
    await answerWith(context, req, res, { tool: 'delete_documents', input: { collection: req.params.name }, caller, query })
  }

  const search = (fieldsOf: (req: Named) => Readonly<Record<string, string>>) => async (req: Named, res: Response) => {
    const caller = await callers.identify(req)
    const query = queryOf(req, [])
    const input = withPath(await readJson(req, context.bodyLimit), fieldsOf(req))
    await answerWith(context, req, res, { tool: 'search_documents', input, caller, query })
  }

  addTransferRoutes(app, context)
  app.route('/api/collections').get(list).all(methodNotAllowed('GET'))
  app.route('/api/collections/:name').get(get).delete(remove).all(methodNotAllowed('GET, DELETE'))
  app
    .route('/api/collections/:name/search')
    .post(search(({ params }) => ({ collection: params.name })))
    .all(methodNotAllowed('POST'))
  app
    .route('/api/search')
    .post(search(() => ({})))
    .all(methodNotAllowed('POST'))
  addDocumentRoutes(app, context)
  addAskRoutes(app, context)
}

function collectionsIn(data: unknown): readonly object[] {
  const listed: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'collections') : undefined
  return Array.isArray(listed) ? listed.filter((item) => typeof item === 'object' && item !== null) : []
}
