/** Where an OAuth client learns whose tokens this server takes (RFC 9728); without an issuer there is nothing there. */
import type { Express, Request, Response } from 'express'
import { queryOf, sendJson } from './context.ts'
import { methodNotAllowed } from './not-found.ts'
import { metadataPath, type OAuth } from './oauth.ts'

export function addOAuthRoutes(app: Express, oauth: OAuth | undefined): void {
  if (oauth === undefined) return
  for (const path of ['', '/mcp'] as const) {
    const show = (req: Request, res: Response): void => {
      queryOf(req, [])
      sendJson(res, 200, oauth.metadata(path))
    }
    app.route(`${metadataPath}${path}`).get(show).all(methodNotAllowed('GET'))
  }
}
