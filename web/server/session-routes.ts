/** Signing a browser in with a token, and out again; in `local` mode the page is signed in by being loaded. */
import type { Express, Request, Response } from 'express'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { idempotencyKey, queryOf, type ServerContext, sendJson } from './context.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { parseWith } from './parse-with.ts'
import { fromOwnPage } from './same-origin.ts'

const signInSchema = z.strictObject({ token: z.string().min(1).max(512).describe('An access token, made with `npx millrace token`.') })

export function addSessionRoutes(app: Express, context: ServerContext): void {
  const { callers, sessions, auth, version } = context

  const show = async (req: Request, res: Response): Promise<void> => {
    const { id, name, kind, role, workspace, channel } = await callers.identify(req)
    queryOf(req, [])
    // A page that outlived the server's memory signs in again by asking, as it would by being loaded again.
    const returning = auth === 'local' && fromOwnPage(req.headers) && sessions.find(req.headers) === undefined
    const headers: Record<string, string> = returning ? { 'set-cookie': sessions.open({ secure: false }) } : {}
    const halt = context.waist.platform.halts.current(workspace)
    const body = { auth, version, caller: { id, name, kind, role, workspace, channel }, ...(halt === undefined ? {} : { halt }) }
    sendJson(res, 200, body, headers)
  }

  const signIn = async (req: Request, res: Response): Promise<void> => {
    queryOf(req, [])
    idempotencyKey(req)
    const { token } = parseWith(signInSchema, await readJson(req, 4096), 'The sign-in')
    const caller = await context.waist.platform.identity.fromToken(token, 'browser')
    if (caller.kind !== 'person')
      throw new Fault(
        'not_allowed',
        `Token '${caller.name}' belongs to an agent. A browser session is for people: sign in with a personal token.`,
      )
    const secure = req.headers.origin?.startsWith('https:') ?? false
    const { id, name, kind, role, workspace, channel } = caller
    const body = { auth, version, caller: { id, name, kind, role, workspace, channel } }
    sendJson(res, 200, body, { 'set-cookie': sessions.open({ token, secure }) })
  }

  const signOut = async (req: Request, res: Response): Promise<void> => {
    queryOf(req, [])
    res.writeHead(204, { 'set-cookie': sessions.close(req.headers), 'cache-control': 'no-store' })
    res.end()
  }

  app.route('/api/session').get(show).post(signIn).delete(signOut).all(methodNotAllowed('GET, POST, DELETE'))
}
