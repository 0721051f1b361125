/** For whoever watches the process: is it up, can it work, and how does it do. */
import type { Express, Request, Response } from 'express'
import { Fault } from '../../platform/fault.ts'
import { type ServerContext, sendJson } from './context.ts'
import type { EventLoopDelay } from './event-loop.ts'
import { methodNotAllowed } from './not-found.ts'

/** A database that does not answer a trivial question in this time cannot serve. */
const readyMs = 2000

export function addStatusRoutes(app: Express, context: ServerContext, eventLoop: EventLoopDelay): void {
  const { callers, closing, version } = context
  const { db, telemetry } = context.waist.platform

  const health = (_req: Request, res: Response): void => sendJson(res, 200, { status: 'ok', version })

  const ready = async (_req: Request, res: Response): Promise<void> => {
    if (closing.aborted) throw new Fault('unavailable', 'The server is stopping.')
    await Promise.race([db.query('select 1'), late()])
    sendJson(res, 200, { status: 'ready', version })
  }

  const metrics = async (req: Request, res: Response): Promise<void> => {
    await callers.identify(req)
    const { text, contentType } = await telemetry.metrics()
    const body = Buffer.from(`${text}${text.endsWith('\n') ? '' : '\n'}${eventLoop.metrics()}`)
    res.writeHead(200, { 'content-type': contentType, 'content-length': body.length, 'cache-control': 'no-store' })
    res.end(body)
  }

  app.route('/healthz').get(health).all(methodNotAllowed('GET'))
  app.route('/readyz').get(ready).all(methodNotAllowed('GET'))
  app.route('/metrics').get(metrics).all(methodNotAllowed('GET'))
}

async function late(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, readyMs).unref())
  throw new Fault('unavailable', `The database has not answered for ${readyMs / 1000} s.`)
}
