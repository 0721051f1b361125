/** POST /v1/embeddings: OpenAI's wire over the tool `embed_texts`. */
import type { Express, Request, Response } from 'express'
import { z } from 'zod'
import type { Caller } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import { hangUp, type ServerContext, sendJson } from './context.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { openAiCaller } from './openai-caller.ts'
import { invalid } from './openai-chat-request.ts'
import { OpenAiFault } from './openai-errors.ts'

const body = z.strictObject({
  input: z.union([z.string(), z.array(z.union([z.string(), z.number(), z.array(z.number())])).min(1)]),
  model: z.string().min(1).max(200),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).nullish(),
  user: z.string().nullish(),
})

/** As many as OpenAI takes; a call of the tool takes fewer. */
const mostInputs = 2048
const textsPerCall = 256

const embedded = z.object({ model: z.string(), dimensions: z.number(), vectors: z.array(z.array(z.number())) })
type Embedded = z.output<typeof embedded>

export function addOpenAiEmbeddingsRoute(app: Express, context: ServerContext): void {
  const embed = async (req: Request, res: Response): Promise<void> => {
    const caller = await openAiCaller(context, req)
    const parsed = body.safeParse(await readJson(req, context.bodyLimit))
    if (!parsed.success) throw invalid(parsed.error)
    const { model, encoding_format: format, dimensions } = parsed.data
    const texts = textsOf(parsed.data.input)
    const signal = AbortSignal.any([hangUp(res), context.closing])
    const { vectors, ...made } = await embedAll(context, { texts, model, caller, signal })
    if (dimensions !== null && dimensions !== undefined && dimensions !== made.dimensions) {
      const message = `dimensions is ${dimensions}, and '${made.model}' makes vectors of ${made.dimensions} numbers. Leave it out.`
      throw new OpenAiFault(400, 'invalid_value', { message, param: 'dimensions' })
    }
    const encoded = vectors.map((vector) => (format === 'base64' ? base64Of(vector) : vector))
    const tokens = texts.reduce((sum, text) => sum + tokensIn(text), 0)
    sendJson(res, 200, {
      object: 'list',
      data: encoded.map((embedding, index) => ({ object: 'embedding', index, embedding })),
      model: made.model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    })
  }

  app.route('/v1/embeddings').post(embed).all(methodNotAllowed('POST'))
}

interface Embedding {
  readonly texts: readonly string[]
  readonly model: string
  readonly caller: Caller
  readonly signal: AbortSignal
}

async function embedAll({ waist }: ServerContext, { texts, model, caller, signal }: Embedding): Promise<Embedded> {
  const parts: Embedded[] = []
  for (let at = 0; at < texts.length; at += textsPerCall) {
    const input = { texts: texts.slice(at, at + textsPerCall), model }
    const outcome = await waist
      .invoke({ tool: 'embed_texts', input, caller, signal })
      .catch((error: unknown) => Promise.reject(inOurNames(error)))
    if (outcome.kind !== 'done') throw new Fault('not_allowed', 'The policy of this installation lets nobody embed texts without a person.')
    parts.push(embedded.parse(outcome.data))
  }
  return { model: parts[0]?.model ?? model, dimensions: parts[0]?.dimensions ?? 0, vectors: parts.flatMap(({ vectors }) => vectors) }
}

/** What the tool says of its input, in the names of this wire. */
function inOurNames(error: unknown): unknown {
  if (!(error instanceof Fault)) return error
  if (error.code === 'not_found') return new OpenAiFault(404, 'model_not_found', { message: error.message, param: 'model' })
  const field = error.errors[0]
  if (error.code !== 'invalid_input' || field === undefined) return error
  const param = field.path.replace(/^texts/, 'input')
  return new OpenAiFault(400, 'invalid_value', { message: `${param}: ${field.message}`, param })
}

function textsOf(input: z.output<typeof body>['input']): readonly string[] {
  const given = typeof input === 'string' ? [input] : input
  const texts = given.filter((one) => typeof one === 'string')
  const wrong = (message: string): OpenAiFault => new OpenAiFault(400, 'invalid_value', { message, param: 'input' })
  if (texts.length < given.length)
    throw wrong('input holds tokens, which only the model they were made for can read. Send the texts; clients have a setting for it.')
  if (texts.length > mostInputs) throw wrong(`input holds ${texts.length} texts, ${mostInputs} fit in one request.`)
  const empty = texts.indexOf('')
  if (empty >= 0) throw wrong(`input.${empty} is empty. Send only texts with words.`)
  return texts
}

/** 32-bit floats, little-endian. */
function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4)
  return bytes.toString('base64')
}

/** An estimate, four characters each: embedding models are not asked what they count. */
const tokensIn = (text: string): number => Math.ceil(text.length / 4)
