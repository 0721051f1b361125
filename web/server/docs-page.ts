/** GET /docs: Swagger UI from local files, so that reading the API needs no network either. */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import express, { type Express, type Request, type Response } from 'express'
import { methodNotAllowed } from './not-found.ts'
import { docsPolicy } from './security-headers.ts'

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Millrace HTTP API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="api"></div>
<noscript>This page needs JavaScript. The same description as JSON: <a href="/openapi.json">/openapi.json</a></noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null, docExpansion: 'none' })\n`

export function addDocsPage(app: Express): void {
  const files = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  const show = (_req: Request, res: Response): void => {
    res.set({ 'content-security-policy': docsPolicy, 'cache-control': 'no-cache' }).type('html').send(page)
  }
  app.get('/docs/start.js', (_req, res) => void res.type('js').send(start))
  app.route('/docs').get(show).all(methodNotAllowed('GET'))
  app.use('/docs', express.static(files, { index: false, maxAge: '1d' }))
}
