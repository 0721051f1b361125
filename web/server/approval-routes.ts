/** Approvals over HTTP: what waits for a person, and the person's answer. */
import type { Express, Request, Response } from 'express'
import { z } from 'zod'
import type { Approval, ApprovalState } from '../../platform/approvals/approvals.ts'
import type { Caller } from '../../platform/caller.ts'
import { asFault } from '../../platform/fault.ts'
import { idempotencyKey, idFrom, numberFrom, queryOf, type ServerContext, sendJson } from './context.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { parseWith } from './parse-with.ts'
import { HttpFault } from './problem.ts'
import { approvalView } from './run-view.ts'

export const decisionSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']).describe('approve: the call runs with exactly these arguments. reject: its run fails.'),
})
export type Decision = z.output<typeof decisionSchema>['decision']

const states = ['pending', 'approved', 'rejected', 'used', 'expired'] as const

export function addApprovalRoutes(app: Express, context: ServerContext): void {
  const { callers } = context
  const { approvals, taints } = context.waist.platform

  /** What others ask for is text from outside for an agent. */
  const reads = async (caller: Caller, read: readonly Approval[]): Promise<void> => {
    if (read.some(({ askedBy }) => askedBy.id !== caller.id)) await taints.mark(caller, undefined, 'approvals')
  }

  const list = async (req: Request, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const query = queryOf(req, ['state', 'limit'])
    const limit = Math.floor(numberFrom(query, 'limit', { least: 1, most: 500, fallback: 100 }))
    const state = stateFrom(query)
    const found = await approvals.list(caller.workspace, { limit, ...(state === undefined ? {} : { state }) })
    await reads(caller, found)
    sendJson(res, 200, { approvals: found.map(approvalView) })
  }

  const get = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    const approval = await approvals.get(idFrom(req, 'approval'), caller.workspace)
    await reads(caller, [approval])
    sendJson(res, 200, approvalView(approval))
  }

  const decide = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    idempotencyKey(req)
    const { decision } = parseWith(decisionSchema, await readJson(req, context.bodyLimit), 'The decision')
    sendJson(res, 200, approvalView(await decideOnce(context, { id: idFrom(req, 'approval'), decision, caller })))
  }

  app.route('/api/approvals').get(list).all(methodNotAllowed('GET'))
  app.route('/api/approvals/:id').get(get).post(decide).all(methodNotAllowed('GET, POST'))
}

/** The same decision by the same person again is no mistake (a retry, a double click): it answers as the first time. */
export async function decideOnce(
  { waist, mayCall }: Pick<ServerContext, 'waist' | 'mayCall'>,
  request: { readonly id: string; readonly decision: Decision; readonly caller: Caller },
): Promise<Approval> {
  const { approvals } = waist.platform
  try {
    return await approvals.decide({ ...request, mayCall })
  } catch (error) {
    if (asFault(error).code !== 'conflict') throw error
    const known = await approvals.get(request.id, request.caller.workspace)
    if (known.decidedBy?.id === request.caller.id && madeBy[request.decision].includes(known.state)) return known
    throw error
  }
}

const madeBy: Readonly<Record<Decision, readonly ApprovalState[]>> = { approve: ['approved', 'used'], reject: ['rejected'] }

function stateFrom(query: URLSearchParams): ApprovalState | undefined {
  const text = query.get('state')
  if (text === null) return undefined
  const state = states.find((known) => known === text)
  if (state === undefined) throw new HttpFault(400, 'usage', `state is '${text}'. Give one of ${states.join(', ')}.`)
  return state
}
