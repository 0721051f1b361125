/** GET /v1/models: the agent as a model, and the embedding models. */
import type { Express, Request, Response } from 'express'
import { type ServerContext, sendJson } from './context.ts'
import { methodNotAllowed } from './not-found.ts'
import { openAiCaller } from './openai-caller.ts'
import { OpenAiFault } from './openai-errors.ts'

/** The name under which the orchestrator answers, whatever model it is run with. */
export const chatModel = 'millrace'

type Known = Pick<ServerContext, 'models'>

/** 'millrace', or that with the name of the model it is run with. */
export const isChatModel = (name: string, known: Known): boolean => chatModels(known).includes(name)

const chatModels = ({ models }: Known): readonly string[] => [chatModel, ...(models === undefined ? [] : [`${chatModel}-${models.chat}`])]

export function addOpenAiModelRoutes(app: Express, context: ServerContext): void {
  const { waist, models } = context
  const started = Math.floor(waist.platform.now().getTime() / 1000)
  const all = [...chatModels(context), ...(models === undefined ? [] : [models.embedding])].map((id) => ({
    id,
    object: 'model',
    created: started,
    owned_by: 'millrace',
  }))

  const list = async (req: Request, res: Response): Promise<void> => {
    await openAiCaller(context, req)
    sendJson(res, 200, { object: 'list', data: all })
  }
  const get = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    await openAiCaller(context, req)
    const found = all.find(({ id }) => id === req.params.id)
    if (found === undefined) {
      const message = `The model '${req.params.id.slice(0, 80)}' does not exist here. GET /v1/models lists those that do.`
      throw new OpenAiFault(404, 'model_not_found', { message, param: 'model' })
    }
    sendJson(res, 200, found)
  }

  app.route('/v1/models').get(list).all(methodNotAllowed('GET'))
  app.route('/v1/models/:id').get(get).all(methodNotAllowed('GET'))
}
