/** OpenAI's protocol at /v1, so that a client which knows a base URL and a key works here unmodified. */
import type { Express, NextFunction, Request, Response } from 'express'
import type { ServerContext } from './context.ts'
import { addOpenAiChatRoute } from './openai-chat.ts'
import { addOpenAiEmbeddingsRoute } from './openai-embeddings.ts'
import { sendOpenAiError } from './openai-errors.ts'
import { addOpenAiModelRoutes } from './openai-models.ts'
import { HttpFault } from './problem.ts'

/** What clients of this protocol may ask for and is not served: they are told so in their own words. */
const elsewhere = [
  '/v1/responses',
  '/v1/completions',
  '/v1/assistants',
  '/v1/threads',
  '/v1/files',
  '/v1/audio',
  '/v1/images',
  '/v1/batches',
]

export function addOpenAiRoutes(app: Express, context: ServerContext): void {
  addOpenAiModelRoutes(app, context)
  addOpenAiChatRoute(app, context)
  addOpenAiEmbeddingsRoute(app, context)
  app.use(elsewhere, ({ baseUrl }: Request) => {
    throw new HttpFault(404, 'not_found', `${baseUrl} is not served. There are /v1/models, /v1/chat/completions and /v1/embeddings.`)
  })
  app.use(['/v1/models', '/v1/chat', '/v1/embeddings', ...elsewhere], (error: unknown, _req: Request, res: Response, _next: NextFunction) =>
    sendOpenAiError(res, error, { log: context.waist.platform.log }),
  )
}
