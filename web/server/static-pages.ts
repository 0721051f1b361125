/** The studio's files. Any other page address gets index.html too, because the studio does its own routing. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import type { ServerContext } from './context.ts'

/** Paths of programs: a wrong one must answer as a problem, not as a page. */
const notPages = /^\/(api|agui|mcp|ws|a2a|v1|v2|serve|ajax-api|docs|openapi\.json|healthz|readyz|metrics|assets|\.well-known)(\/|$)/

export function addStaticPages(app: Express, { auth, sessions }: ServerContext, uiFolder: string): void {
  const index = join(uiFolder, 'index.html')

  /** In `local` mode loading the page signs the person in: from now on this browser's own requests are theirs. */
  const welcome = (req: Request, res: Response): void => {
    if (auth === 'local' && sessions.find(req.headers) === undefined) res.setHeader('set-cookie', sessions.open({ secure: false }))
    res.setHeader('cache-control', 'no-store')
    if (existsSync(index)) res.sendFile(index, { etag: false, lastModified: false, cacheControl: false })
    else res.status(503).type('text/plain').send(unbuilt)
  }

  app.get(['/', '/index.html'], welcome)
  // Vite names assets by their content, so a name never changes its bytes.
  app.use('/assets', express.static(join(uiFolder, 'assets'), { immutable: true, maxAge: '1y', index: false }))
  app.use(express.static(uiFolder, { index: false, maxAge: 0, dotfiles: 'ignore' }))
  app.get('/{*path}', (req: Request, res: Response, next: NextFunction) => {
    if (notPages.test(req.path) || !req.accepts(['json', 'html']) || req.accepts(['json', 'html']) !== 'html') next()
    else welcome(req, res)
  })
}

const unbuilt = `Millrace is running, but its page has not been built.

  Build it:       npm run prepare
  Then reload.    The HTTP API (/docs), MCP (/mcp) and the command line work without it.
`
