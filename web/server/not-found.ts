/** What no route serves: an unknown path, or a known one with the wrong method. */
import type { Request, RequestHandler, Response } from 'express'
import { HttpFault } from './problem.ts'

/** Last handler of a route: names the methods that it has. */
export function methodNotAllowed(allow: string): RequestHandler {
  return (req: Request) => {
    throw new HttpFault(405, 'usage', `${req.method} is not a method of ${req.path}. Use ${allow}.`, { allow })
  }
}

/** Last handler of the server. */
export function notFound(req: Request, _res: Response): void {
  const path = req.path.length > 120 ? `${req.path.slice(0, 117)}…` : req.path
  throw new HttpFault(404, 'not_found', `Nothing is served at ${path}. /openapi.json lists every path, /docs shows them.`)
}
