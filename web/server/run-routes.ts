/** Durable runs over HTTP: the list, one run, its life as a stream, and its end. */
import type { Express, Request, Response } from 'express'
import type { Caller } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import { type Run, type RunState, runStates } from '../../platform/runs/runs.ts'
import { idempotencyKey, idFrom, numberFrom, queryOf, type ServerContext, sendJson } from './context.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { HttpFault } from './problem.ts'
import { streamRun } from './run-stream.ts'
import { runViewFor } from './run-view.ts'

export function addRunRoutes(app: Express, context: ServerContext): void {
  const { callers } = context
  const { runs, taints } = context.waist.platform

  /** What others' runs say is text from outside for an agent. */
  const reads = async (caller: Caller, read: readonly Run[]): Promise<void> => {
    if (read.some((run) => run.caller.id !== caller.id)) await taints.mark(caller, undefined, "others' runs")
  }

  const list = async (req: Request, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const query = queryOf(req, ['tool', 'state', 'limit'])
    const limit = numberFrom(query, 'limit', { least: 1, most: 500, fallback: 100 })
    const tool = query.get('tool')
    const state = stateFrom(query)
    const found = await runs.list(caller.workspace, {
      limit: Math.floor(limit),
      ...(tool === null ? {} : { tool }),
      ...(state === undefined ? {} : { state }),
    })
    await reads(caller, found)
    sendJson(res, 200, { runs: found.map(runViewFor(context, caller)) })
  }

  const get = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    const run = await runs.get(idFrom(req, 'run'), caller.workspace)
    await reads(caller, [run])
    sendJson(res, 200, runViewFor(context, caller)(run))
  }

  const cancel = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    idempotencyKey(req)
    await readJson(req, context.bodyLimit)
    const run = await runs.get(idFrom(req, 'run'), caller.workspace)
    mayCancel(context, run, caller)
    sendJson(res, 202, runViewFor(context, caller)(await runs.cancel(run.id, caller.workspace)), { location: `/api/runs/${run.id}` })
  }

  const events = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    const id = idFrom(req, 'run')
    if (caller.kind === 'agent') await reads(caller, [await runs.get(id, caller.workspace)])
    await streamRun(context, res, { id, caller })
  }

  app.route('/api/runs').get(list).all(methodNotAllowed('GET'))
  app.route('/api/runs/:id').get(get).all(methodNotAllowed('GET'))
  app.route('/api/runs/:id/cancel').post(cancel).all(methodNotAllowed('POST'))
  app.route('/api/runs/:id/events').get(events).all(methodNotAllowed('GET'))
}

function stateFrom(query: URLSearchParams): RunState | undefined {
  const text = query.get('state')
  if (text === null) return undefined
  const state = runStates.find((known) => known === text)
  if (state === undefined) throw new HttpFault(400, 'usage', `state is '${text}'. Give one of ${runStates.join(', ')}.`)
  return state
}

/** Who may start a tool may stop its run. */
function mayCancel({ mayCall }: ServerContext, run: Run, caller: Caller): void {
  if (!mayCall(run.tool, caller))
    throw new Fault('not_allowed', `Cancelling a run of ${run.tool} needs the role that may start it; ${caller.name} has '${caller.role}'.`)
}
