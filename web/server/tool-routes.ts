/** Tools over HTTP: one path a tool, its body the tool's input, its answer what `invoke` answered. */
import type { Express, Request, Response } from 'express'
import { describeTool } from '../../tools/description.ts'
import type { Outcome } from '../../tools/invocation.ts'
import { markListed } from '../../tools/listed-words.ts'
import { remade } from '../../tools/remade.ts'
import { hangUp, idempotencyKey, numberFrom, queryOf, type ServerContext, sendJson, sendJsonText } from './context.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'

const waitSeconds = { least: 0, most: 600, fallback: 60 }

export function addToolRoutes(app: Express, context: ServerContext): void {
  const { waist, callers } = context

  const described = remade(waist.catalogue, () => JSON.stringify({ tools: waist.catalogue.list().map(describeTool) }))
  const list = async (req: Request, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    await markListed(waist, caller, waist.catalogue.list())
    sendJsonText(res, 200, described())
  }

  const get = async (req: Request<{ name: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    const tool = waist.catalogue.get(req.params.name)
    await markListed(waist, caller, [tool])
    sendJson(res, 200, describeTool(tool))
  }

  const call = async (req: Request<{ name: string }>, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    const tool = waist.catalogue.get(req.params.name)
    const key = idempotencyKey(req)
    const waitMs = 1000 * numberFrom(queryOf(req, ['wait']), 'wait', waitSeconds)
    const input = await readJson(req, context.bodyLimit)
    const outcome = await waist.invoke({
      tool: tool.name,
      input,
      caller,
      waitMs,
      // A durable run outlives its request: hanging up ends the wait, not the work.
      ...(tool.durable ? {} : { signal: hangUp(res) }),
      ...(key === undefined ? {} : { idempotencyKey: key }),
    })
    answer(res, outcome)
  }

  app.route('/api/tools').get(list).all(methodNotAllowed('GET'))
  app.route('/api/tools/:name').get(get).post(call).all(methodNotAllowed('GET, POST'))
}

function answer(res: Response, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'done': {
      const { content, data, run } = outcome
      sendJson(res, 200, run === undefined ? { content, data } : { content, data, run })
      return
    }
    case 'running':
      sendJson(res, 202, { run: outcome.run }, { location: `/api/runs/${outcome.run}` })
      return
    case 'waiting':
      sendJson(res, 202, { approval: outcome.approval, run: outcome.run }, { location: `/api/runs/${outcome.run}` })
      return
  }
}
