/** Whole collections over HTTP: one file out, one file in. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Express, Request, Response } from 'express'
import { z } from 'zod'
import type { Caller } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import { hangUp, queryOf, type ServerContext } from './context.ts'
import { methodNotAllowed } from './not-found.ts'
import { answerWith, invokeFor, requireRole, sendOutcome } from './rag-call.ts'
import { receiveFile } from './receive-file.ts'

type Named = Request<{ name: string }>

export function addTransferRoutes(app: Express, context: ServerContext): void {
  const { callers, waist } = context

  const download = async (req: Named, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const query = queryOf(req, ['wait', 'run'])
    const { name } = req.params
    const run = query.get('run')
    if (run !== null) return sendExport(context, res, await exportedBy(context, caller, { run, name }))
    const outcome = await invokeFor(context, req, res, { tool: 'export_collection', input: { collection: name }, caller, query })
    if (outcome.kind !== 'done') return sendOutcome(res, outcome)
    await sendExport(context, res, exported.parse(outcome.data))
  }

  const upload = async (req: Request, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const query = queryOf(req, ['wait', 'collection'])
    requireRole(context, 'import_collection', caller)
    const digest = await receiveFile(req, waist.platform, { caller, limit: context.uploadLimit })
    const name = query.get('collection')
    const input = { upload: digest, ...(name === null ? {} : { collection: name }) }
    await answerWith(context, req, res, { tool: 'import_collection', input, caller, query })
  }

  app.route('/api/collections/import').post(upload).all(methodNotAllowed('POST'))
  // HEAD would export and throw the file away.
  app.route('/api/collections/:name/export').head(methodNotAllowed('GET')).get(download).all(methodNotAllowed('GET'))
}

const exported = z.object({ collection: z.string(), digest: z.string(), documents: z.number() })
type Export = z.output<typeof exported>

/** What an earlier export made, for the caller who may have it: the one that called it. Throws `not_found`. */
async function exportedBy(
  { waist }: ServerContext,
  caller: Caller,
  { run: id, name }: { readonly run: string; readonly name: string },
): Promise<Export> {
  const run = await waist.platform.runs.get(id, caller.workspace)
  const result = z.object({ data: exported }).safeParse(run.result)
  if (run.tool === 'export_collection' && run.caller.id === caller.id && result.success && result.data.data.collection === name)
    return result.data.data
  throw new Fault('not_found', `Run '${id.slice(0, 80)}' has no export of '${name.slice(0, 80)}' for you. Export the collection again.`)
}

async function sendExport({ waist }: ServerContext, res: Response, { collection, digest }: Export): Promise<void> {
  const path = await waist.platform.blobs.path(digest)
  const { size } = await stat(path)
  res.writeHead(200, {
    'content-type': 'application/gzip',
    'content-length': size,
    'cache-control': 'no-store, no-transform',
    'content-disposition': `attachment; filename="collection.jsonl.gz"; filename*=UTF-8''${encodeURIComponent(collection)}.jsonl.gz`,
    etag: `"${digest}"`,
  })
  await pipeline(createReadStream(path), res, { signal: hangUp(res) })
}
