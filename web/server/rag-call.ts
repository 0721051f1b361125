/** What the routes for collections share: a request as a call of one tool, answered with the tool's data. */
import type { IncomingMessage } from 'node:http'
import type { Request, Response } from 'express'
import { type Caller, hasRole } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import type { Outcome } from '../../tools/invocation.ts'
import { hangUp, idempotencyKey, numberFrom, type ServerContext, sendJson } from './context.ts'
import { HttpFault } from './problem.ts'

const waitSeconds = { least: 0, most: 600, fallback: 60 }

export interface RagCall {
  readonly tool: string
  readonly input: unknown
  readonly caller: Caller
  readonly query: URLSearchParams
}

/** Calls the tool and answers with its data, or with 202 where it goes on or waits for a person. */
export async function answerWith(context: ServerContext, req: Request, res: Response, call: RagCall): Promise<void> {
  sendOutcome(res, await invokeFor(context, req, res, call))
}

/** `Idempotency-Key` and `?wait=` as for every tool. */
export async function invokeFor({ waist }: ServerContext, req: IncomingMessage, res: Response, call: RagCall): Promise<Outcome> {
  const { query, tool: name, input, caller } = call
  const tool = waist.catalogue.get(name)
  const key = idempotencyKey(req)
  return waist.invoke({
    tool: name,
    input,
    caller,
    waitMs: 1000 * numberFrom(query, 'wait', waitSeconds),
    // A durable run outlives its request: hanging up ends the wait, not the work.
    ...(tool.durable ? {} : { signal: hangUp(res) }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
  })
}

export function sendOutcome(res: Response, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'done':
      sendJson(res, 200, outcome.data, outcome.run === undefined ? {} : { 'content-location': `/api/runs/${outcome.run}` })
      return
    case 'running':
      sendJson(res, 202, { run: outcome.run }, { location: `/api/runs/${outcome.run}` })
      return
    case 'waiting':
      sendJson(res, 202, { approval: outcome.approval, run: outcome.run }, { location: `/api/runs/${outcome.run}` })
      return
  }
}

/** The body with the fields of the path; one that contradicts the path is a mistake. What is no object the tool refuses. */
export function withPath(body: unknown, fields: Readonly<Record<string, string>>): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  for (const [name, value] of Object.entries(fields)) {
    const given: unknown = Reflect.get(body, name)
    if (given !== undefined && given !== value)
      throw new HttpFault(
        400,
        'usage',
        `The path says ${name} '${value.slice(0, 80)}' and the body says another. Leave it out of the body.`,
      )
  }
  return { ...body, ...fields }
}

/** Before a large body is taken in. Throws `not_allowed`. */
export function requireRole({ waist }: ServerContext, name: string, caller: Caller): void {
  const { role } = waist.catalogue.get(name)
  if (hasRole(caller, role)) return
  throw new Fault('not_allowed', `${name} needs the role '${role}', and ${caller.name} has '${caller.role}'. Ask an administrator for it.`)
}
