/** The turns of a caller beside the one request that began each: which go on, read again, stopped; and a whole conversation for who has nothing. */
import { type Event, EventType, PROTOCOL_VERSION } from '@ag-ui/core'
import type { Express, Request, Response } from 'express'
import type { Caller } from '../../platform/caller.ts'
import { newId } from '../../platform/id.ts'
import { historyBefore, messagesSnapshot, openCalls, outcomeOf } from './agui-messages.ts'
import type { AguiRun } from './agui-run.ts'
import { type AguiRuns, unknownRun } from './agui-runs.ts'
import { encodingOf, follow, positionOf, tell } from './agui-stream.ts'
import { hangUp, isOwnTool, queryOf, type ServerContext, sendJson } from './context.ts'
import { methodNotAllowed } from './not-found.ts'
import { threadId } from './run-input.ts'

export function addAguiRunRoutes(app: Express, context: ServerContext, runs: AguiRuns): void {
  const { callers, orchestrator } = context

  const list = async (req: Request, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    sendJson(res, 200, { runs: runs.list(caller).map(runOf) })
  }

  const events = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const query = queryOf(req, ['after', 'threadId'])
    const run = found(runs, caller, { id: req.params.id, query })
    await follow(res, run, { after: positionOf(req, query) ?? 0, encoding: encodingOf(req) })
  }

  const stop = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const run = found(runs, caller, { id: req.params.id, query: queryOf(req, ['threadId']) })
    run.stop()
    sendJson(res, 202, runOf(run))
  }

  const conversation = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    const thread = threadId(req.params.id)
    const encoding = encodingOf(req)
    const history = await orchestrator.history(thread, caller)
    const run = runs.active(caller, thread)
    // Whatever the history holds of the run has been told by now, so nothing is there twice.
    if (run !== undefined && run.first() <= 1)
      return follow(res, run, { after: 0, encoding, second: [messagesSnapshot(historyBefore(history, run.told()))] })
    // Of a turn too long to be told again, the end is waited for.
    if (run !== undefined) for await (const _ of run.read(run.last(), hangUp(res)));
    await tell(res, await wholeConversation(context, caller, thread), encoding)
  }

  app.route('/agui/runs').get(list).all(methodNotAllowed('GET'))
  app.route('/agui/runs/:id/events').get(events).all(methodNotAllowed('GET'))
  app.route('/agui/runs/:id/stop').post(stop).all(methodNotAllowed('POST'))
  app.route('/agui/threads/:id/events').get(conversation).all(methodNotAllowed('GET'))
}

function found(runs: AguiRuns, caller: Caller, { id, query }: { readonly id: string; readonly query: URLSearchParams }): AguiRun {
  const run = runs.find(caller, id, query.get('threadId') ?? undefined)
  if (run === undefined) throw unknownRun(id)
  return run
}

function runOf(run: AguiRun): Readonly<Record<string, unknown>> {
  const { runId, threadId: thread, startedAt } = run
  return { runId, threadId: thread, startedAt, ended: run.ended(), events: run.last() }
}

/** What was said and what it waits for, as a run that did nothing else. */
async function wholeConversation({ orchestrator, waist }: ServerContext, caller: Caller, thread: string): Promise<readonly Event[]> {
  const history = await orchestrator.history(thread, caller)
  const waits = openCalls(history).length > 0
  const all = waits ? await waist.platform.approvals.list(caller.workspace, { state: 'pending', limit: 500 }) : []
  const pending = all.filter(({ askedBy }) => askedBy.id === caller.id)
  const ids = { threadId: thread, runId: newId('run') }
  return [
    { type: EventType.RUN_STARTED, ...ids, protocolVersion: PROTOCOL_VERSION },
    messagesSnapshot(history),
    { type: EventType.RUN_FINISHED, ...ids, outcome: outcomeOf(history, { pending, isOwn: (name) => isOwnTool({ waist }, name) }) },
  ]
}
