/** Conversations over HTTP: the caller's threads and what was said in one, as kept by the orchestrator. */
import type { Express, Request, Response } from 'express'
import { queryOf, type ServerContext, sendJson } from './context.ts'
import { methodNotAllowed } from './not-found.ts'
import { threadId } from './run-input.ts'

export function addThreadRoutes(app: Express, { callers, orchestrator }: ServerContext): void {
  const list = async (req: Request, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    sendJson(res, 200, { threads: await orchestrator.threads(caller) })
  }

  const messages = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    sendJson(res, 200, { messages: await orchestrator.history(threadId(req.params.id), caller) })
  }

  app.route('/api/threads').get(list).all(methodNotAllowed('GET'))
  app.route('/api/threads/:id/messages').get(messages).all(methodNotAllowed('GET'))
}
