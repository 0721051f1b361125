/** Access tokens over HTTP: made, listed and revoked by an administrator in person, never by a program that holds one. */
import type { Express, Request, Response } from 'express'
import { z } from 'zod'
import { type Caller, hasRole, roles } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import { idempotencyKey, idFrom, queryOf, type ServerContext, sendJson } from './context.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { parseWith } from './parse-with.ts'

export const newTokenSchema = z.strictObject({
  name: z.string().min(1).max(64).describe('Whose it is; stands in the audit log.'),
  kind: z
    .enum(['person', 'agent'])
    .default('person')
    .describe('person: acts for themselves. agent: a program; the policy asks a person before it changes anything.'),
  role: z.enum(roles).default('viewer').describe('What it may call.'),
  workspace: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'expected 1 to 64 letters, digits, _ or -')
    .optional()
    .describe("Default: the caller's own. Another one only from a terminal."),
  tools: z
    .array(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected the name of a tool'))
    .min(1)
    .max(200)
    .optional()
    .describe('The only tools it may call. Default: all that its role allows.'),
  days: z.int().min(1).max(3650).optional().describe('Days until it expires. Default: never.'),
})

const dayMs = 24 * 60 * 60 * 1000

export function addTokenRoutes(app: Express, context: ServerContext): void {
  const { identity, now } = context.waist.platform

  const list = async (req: Request, res: Response): Promise<void> => {
    const caller = await administrator(context, req)
    sendJson(res, 200, { tokens: await identity.list(workspaceFor(caller, queryOf(req, ['workspace']).get('workspace'))) })
  }

  const mint = async (req: Request, res: Response): Promise<void> => {
    const caller = await administrator(context, req)
    queryOf(req, [])
    idempotencyKey(req)
    const { days, tools, workspace = caller.workspace, ...rest } = parseWith(newTokenSchema, await readJson(req, 4096), 'The token')
    workspaceFor(caller, workspace)
    const expiry = days === undefined ? {} : { expiresAt: new Date(now().getTime() + days * dayMs) }
    sendJson(res, 201, await identity.mint({ ...rest, workspace, ...expiry, ...(tools === undefined ? {} : { tools }) }))
  }

  const revoke = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await administrator(context, req)
    await identity.revoke(idFrom(req, 'token'), workspaceFor(caller, queryOf(req, ['workspace']).get('workspace')))
    res.writeHead(204, { 'cache-control': 'no-store' })
    res.end()
  }

  app.route('/api/tokens').get(list).post(mint).all(methodNotAllowed('GET, POST'))
  app.route('/api/tokens/:id').delete(revoke).all(methodNotAllowed('DELETE'))
}

/** The caller's own, or another one asked for at a terminal: who can read the data folder may manage every workspace. */
function workspaceFor(caller: Caller, asked: string | null): string {
  if (asked === null || asked === caller.workspace) return caller.workspace
  if (caller.channel === 'terminal') return asked
  throw new Fault(
    'not_allowed',
    `Tokens of workspace '${asked}' are managed at a terminal of the machine; here you are in '${caller.workspace}'.`,
  )
}

/** The same proof as for an approval: a person, on the page or at a terminal. */
async function administrator({ callers }: ServerContext, req: Request): Promise<Caller> {
  const caller = await callers.identify(req)
  const inPerson = caller.kind === 'person' && (caller.channel === 'browser' || caller.channel === 'terminal')
  // Who is limited to some tools could otherwise make itself a token without the limit.
  if (inPerson && hasRole(caller, 'admin') && caller.tools === undefined) return caller
  throw new Fault(
    'not_allowed',
    `Tokens are managed by an administrator on the page or at a terminal; this came from ${caller.kind} ${caller.name} over ${caller.channel}.`,
  )
}
