/** Questions over HTTP: the answer as JSON, or word by word as Server-Sent Events; and what people think of it. */
import type { Express, Request, Response } from 'express'
import type { Caller } from '../../platform/caller.ts'
import { asFault, Fault } from '../../platform/fault.ts'
import type { Outcome } from '../../tools/invocation.ts'
import { hangUp, queryOf, type ServerContext } from './context.ts'
import { type EventStream, openEventStream, serverSentEvent } from './event-stream.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { problemOf } from './problem.ts'
import { answerWith, withPath } from './rag-call.ts'

type Named = Request<{ name: string }>

export function addAskRoutes(app: Express, context: ServerContext): void {
  const { callers } = context

  const ask = (fieldsOf: (req: Named) => Readonly<Record<string, string>>) => async (req: Named, res: Response) => {
    const caller = await callers.identify(req)
    const query = queryOf(req, [])
    const input = withPath(await readJson(req, context.bodyLimit), fieldsOf(req))
    if (wantsEvents(req)) return streamAnswer(context, res, { input, caller })
    await answerWith(context, req, res, { tool: 'ask_documents', input, caller, query })
  }

  const judge = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const query = queryOf(req, [])
    const input = withPath(await readJson(req, context.bodyLimit), { answer: req.params.id })
    await answerWith(context, req, res, { tool: 'record_feedback', input, caller, query })
  }

  app
    .route('/api/ask')
    .post(ask(() => ({})))
    .all(methodNotAllowed('POST'))
  app
    .route('/api/collections/:name/ask')
    .post(ask(({ params }) => ({ collection: params.name })))
    .all(methodNotAllowed('POST'))
  app.route('/api/answers/:id/feedback').post(judge).all(methodNotAllowed('POST'))
}

const wantsEvents = (req: Request): boolean => /(^|,)\s*text\/event-stream\s*(;|,|$)/i.test(req.headers.accept ?? '')

/**
 * The tool's pieces as events under their types, ended by exactly one `answer` (the tool's data) or `error` (a problem).
 * What fails before the first piece is answered as any other call.
 */
async function streamAnswer(
  { waist, closing }: ServerContext,
  res: Response,
  { input, caller }: { readonly input: unknown; readonly caller: Caller },
): Promise<void> {
  const gone = hangUp(res)
  let stream: EventStream | undefined
  let written = Promise.resolve()
  const send = (event: string, data: unknown): void => {
    stream ??= openEventStream(res, { contentType: 'text/event-stream', signal: gone })
    const { write } = stream
    written = written.then(() => write(serverSentEvent(event, data)))
  }
  try {
    const outcome = await waist.invoke({
      tool: 'ask_documents',
      input,
      caller,
      signal: AbortSignal.any([gone, closing]),
      onPart: ({ type, data }) => {
        if (type !== 'answer') send(type, data)
      },
    })
    send('answer', dataOf(outcome))
  } catch (error) {
    if (stream === undefined) throw error
    send(
      'error',
      problemOf(closing.aborted ? new Fault('unavailable', 'The server is stopping. Ask again when it is back.') : asFault(error)),
    )
  }
  await written
  stream?.end()
}

function dataOf(outcome: Outcome): unknown {
  if (outcome.kind === 'done') return outcome.data
  throw new Fault('unavailable', `The question became run ${outcome.run}. Follow it at /api/runs/${outcome.run}.`)
}
