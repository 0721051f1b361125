/** An embedder behind `POST {base}/embeddings`, as OpenAI, Azure OpenAI and most self-hosted servers speak it. */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { conventionOf } from '../inference/conventions.ts'
import { type Hosted, type HostedCall, type HostedOptions, openHosted } from '../inference/hosted.ts'
import { normalizeRows } from '../inference/pooling.ts'
import type { Embedder } from './embedder.ts'

/** One key and one address; Azure names the deployment in the address and the key in a header of its own. */
export type OpenAiService =
  | { readonly kind: 'openai'; readonly baseUrl: string; readonly key?: string }
  | { readonly kind: 'azure'; readonly endpoint: string; readonly key: string; readonly version: string }

export interface OpenAiOptions
  extends Pick<HostedOptions, 'egress' | 'atOnce' | 'tries' | 'firstWaitMs' | 'timeoutMs' | 'deadlineMs' | 'random'> {
  readonly service: OpenAiService
  readonly model: string
}

/** The wire takes 2,048; fewer lose less when one request fails. */
const textsPerRequest = 128
/** About 100,000 tokens, below every server's limit of one request. */
const lettersPerRequest = 300_000
/** Models read 8,191 tokens at most and refuse more; text in letters that are tokens by themselves is cut, others never reach it. */
const lettersPerText = 24_000
const hasWords = /[\p{L}\p{N}]/u

const wire = z.object({
  data: z.array(
    z.object({
      index: z.int().min(0).optional(),
      embedding: z.union([z.string(), z.array(z.number())]),
    }),
  ),
})

/** Asks for one vector to learn its length. Throws `unavailable` or `not_allowed` in a sentence with the next step. */
export async function openOpenAiEmbedder({ service, model, ...options }: OpenAiOptions, signal: AbortSignal): Promise<Embedder> {
  const name = `openai:${model}`
  const hosted = openHosted({ ...options, ...addressOf(service, model), title: `The embedder '${name}'` })
  const { query, passage } = conventionOf(model)
  const request = (input: readonly string[], call: HostedCall): Promise<Float32Array[]> => requestVectors(hosted, { model, input }, call)
  const [probe] = await request([`${passage}dimensions`], { signal, urgent: true })
  const dimensions = probe?.length ?? 0
  return {
    name,
    dimensions,
    semantic: true,
    batch: textsPerRequest,
    embed: async (texts, stop, kind = 'passage') => {
      const prefix = kind === 'query' ? query : passage
      const vectors = texts.map(() => new Float32Array(dimensions))
      const batches = batchesOf(texts.map((text) => (hasWords.test(text) ? `${prefix}${text}`.slice(0, lettersPerText) : '')))
      await allOrNone(stop, batches, async (batch, signal) => {
        const answers = await request(
          batch.map(({ text }) => text),
          { signal, urgent: kind === 'query' },
        )
        for (const [at, { place }] of batch.entries()) vectors[place]?.set(ofLength(answers[at], dimensions, hosted.title))
      })
      return vectors
    },
  }
}

function addressOf(service: OpenAiService, model: string): Pick<HostedOptions, 'url' | 'headers' | 'keyVariable'> {
  if (service.kind === 'azure') {
    const base = `${service.endpoint.replace(/\/+$/, '')}/openai/deployments/${encodeURIComponent(model)}/embeddings`
    return {
      url: `${base}?api-version=${encodeURIComponent(service.version)}`,
      headers: { 'api-key': service.key },
      keyVariable: 'AZURE_OPENAI_API_KEY',
    }
  }
  return {
    url: `${service.baseUrl.replace(/\/+$/, '')}/embeddings`,
    headers: service.key === undefined ? {} : { authorization: `Bearer ${service.key}` },
    keyVariable: 'OPENAI_API_KEY',
  }
}

interface Placed {
  readonly place: number
  readonly text: string
}

/** Texts without words are left out: their vectors are zeros. */
function batchesOf(texts: readonly string[]): Placed[][] {
  const batches: Placed[][] = []
  let letters = 0
  for (const [place, text] of texts.entries()) {
    if (text === '') continue
    const batch = batches.at(-1)
    letters += text.length
    if (batch && batch.length < textsPerRequest && letters <= lettersPerRequest) batch.push({ place, text })
    else {
      batches.push([{ place, text }])
      letters = text.length
    }
  }
  return batches
}

/** The first failure stops the rest: a list is embedded whole or not at all. */
async function allOrNone<T>(
  signal: AbortSignal,
  items: readonly T[],
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  try {
    await Promise.all(items.map((item) => work(item, either)))
  } catch (error) {
    failed.abort(error)
    throw error
  }
}

async function requestVectors(
  hosted: Hosted,
  { model, input }: { readonly model: string; readonly input: readonly string[] },
  call: HostedCall,
): Promise<Float32Array[]> {
  const parsed = wire.safeParse(await hosted.post({ model, input, encoding_format: 'base64' }, call))
  if (!parsed.success) throw malformed(hosted.title, "no list 'data' of embeddings")
  const { data } = parsed.data
  if (data.length !== input.length) throw malformed(hosted.title, `${data.length} vectors for ${input.length} texts`)
  const vectors: (Float32Array | undefined)[] = input.map(() => undefined)
  for (const [at, { index = at, embedding }] of data.entries()) {
    if (index >= input.length || vectors[index])
      throw malformed(hosted.title, `the index ${index} twice or beyond the ${input.length} texts`)
    vectors[index] = decodeVector(embedding, hosted.title)
  }
  return vectors.filter((vector) => vector !== undefined)
}

/** Base64 holds little-endian 32-bit floats. Of length 1 afterwards. */
function decodeVector(embedding: string | readonly number[], title: string): Float32Array {
  const vector = typeof embedding === 'string' ? fromBase64(embedding, title) : Float32Array.from(embedding)
  if (vector.length === 0) throw malformed(title, 'an empty vector')
  if (!vector.every(Number.isFinite)) throw malformed(title, 'a vector with a value that is not a number')
  return normalizeRows(vector, vector.length)
}

function fromBase64(text: string, title: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length % 4 !== 0) throw malformed(title, `${bytes.length} bytes of base64, which are no whole floats`)
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4))
}

function ofLength(vector: Float32Array | undefined, dimensions: number, title: string): Float32Array {
  if (vector?.length === dimensions) return vector
  throw malformed(title, `a vector of ${vector?.length ?? 0} numbers where the first had ${dimensions}`)
}

const malformed = (title: string, came: string): Fault =>
  new Fault('unavailable', `${title} answers wrongly: ${came}. Check that the server speaks OpenAI's embeddings API.`)
