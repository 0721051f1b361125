/** Runs one model of @huggingface/transformers in a process of its own; the only file that knows the library. */
import { readFile, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type Convention, conventionOf } from './conventions.ts'
import { answerJobs, settingsFromParent, tellParent, wordsOf } from './model-side.ts'
import { normalizeRows, poolTokens } from './pooling.ts'

export type ModelJob =
  | { readonly kind: 'embed'; readonly texts: readonly string[]; readonly as: 'query' | 'passage' }
  | { readonly kind: 'score'; readonly query: string; readonly texts: readonly string[] }

/** Longer inputs are cut, whatever the model could take: memory grows with the square of the length. */
const mostTokens = 2048
/** No tokenizer makes fewer tokens of so many letters in any text that means something. */
const lettersPerToken = 16
/** Texts of one run of the model times the tokens of the longest of them. */
const tokensAtOnce = 8192
/** The library's names of weights, best first; the file's name beside each. */
const precisions = [
  ['fp32', 'model.onnx'],
  ['fp16', 'model_fp16.onnx'],
  ['q8', 'model_quantized.onnx'],
  ['int8', 'model_int8.onnx'],
  ['q4', 'model_q4.onnx'],
] as const

const source = z
  .object({
    task: z.enum(['embed', 'score']),
    model: z.string(),
    folder: z.string().optional(),
    cache: z.string(),
    remote: z.boolean(),
    hub: z.string().optional(),
  })
  .parse(await settingsFromParent())

/** What is used of the library; its own types are absent where the optional package is. */
interface Tensor {
  readonly data: Float32Array | BigInt64Array
  readonly dims: readonly number[]
}
type Inputs = Readonly<Record<string, Tensor>>
interface Tokenizer {
  (texts: readonly string[], options: Readonly<Record<string, unknown>>): Inputs
  readonly model_max_length: number
}
interface Model {
  (inputs: Inputs): Promise<Readonly<Record<string, Tensor>>>
  readonly config: Readonly<Record<string, unknown>>
}
interface Loader<T> {
  from_pretrained(model: string, options: Readonly<Record<string, unknown>>): Promise<T>
}
interface Library {
  readonly env: Record<string, unknown>
  readonly AutoConfig: Loader<unknown>
  readonly AutoTokenizer: Loader<Tokenizer>
  readonly AutoModel: Loader<Model>
  readonly AutoModelForSequenceClassification: Loader<Model>
}

interface Loaded {
  readonly tokenizer: Tokenizer
  readonly model: Model
  readonly longest: number
  readonly convention: Convention
}

try {
  const loaded = await load()
  const dimensions = source.task === 'embed' ? (await embed(loaded, ['a'], 'passage')).length : (await score(loaded, 'a', ['a'])).length
  answerJobs((job: ModelJob) => perform(loaded, job))
  tellParent({ ready: { dimensions, tokens: loaded.longest, ...loaded.convention } })
} catch (error) {
  tellParent({ failed: { kind: kindOf(error), message: wordsOf(error) } })
}

async function load(): Promise<Loaded> {
  const { env, AutoConfig, AutoTokenizer, AutoModel, AutoModelForSequenceClassification } = await openLibrary()
  Object.assign(env, { cacheDir: source.cache, localModelPath: source.cache, allowRemoteModels: source.remote, logLevel: 40 })
  if (source.hub !== undefined) env.remoteHost = source.hub.endsWith('/') ? source.hub : `${source.hub}/`
  const place = source.folder ?? source.model
  const options = { local_files_only: !source.remote, progress_callback: () => tellParent({ progress: true }) }
  if (source.folder !== undefined) await requireFiles(source.folder)
  // The one loader that says so when a model does not exist.
  await AutoConfig.from_pretrained(place, options)
  const tokenizer = await AutoTokenizer.from_pretrained(place, options)
  const family = source.task === 'embed' ? AutoModel : AutoModelForSequenceClassification
  const model = await family.from_pretrained(place, {
    ...options,
    dtype: await precisionIn(source.folder),
    // One core stays free for everything else.
    session_options: { intraOpNumThreads: Math.max(1, Math.min(8, availableParallelism() - 1)) },
  })
  const names = `${source.model} ${model.config._name_or_path ?? ''}`
  return { tokenizer, model, longest: longestInput(tokenizer, model), convention: conventionOf(names, await ownFiles()) }
}

async function openLibrary(): Promise<Library> {
  // Not a literal: types and checks must hold where the optional package is not installed.
  const name: string = '@huggingface/transformers'
  return import(name)
}

/** The library's own words for a missing file say something else. */
async function requireFiles(folder: string): Promise<void> {
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    if (!(await isFile(join(folder, file)))) throw new Error(`${file} was not found locally`)
  }
}

/** A folder of one's own may have other weights than the hub's default. */
async function precisionIn(folder: string | undefined): Promise<string> {
  if (folder === undefined) return 'fp32'
  const there = await Promise.all(precisions.map(([, file]) => isFile(join(folder, 'onnx', file))))
  return precisions.find((_, at) => there[at])?.[0] ?? 'fp32'
}

function longestInput({ model_max_length: stated }: Tokenizer, { config }: Model): number {
  const positions = Number(config.max_position_embeddings ?? mostTokens)
  // RoBERTa's family counts its positions from 2.
  const usable = /roberta|mpnet|camembert/.test(String(config.model_type)) ? positions - 2 : positions
  return Math.max(8, Math.min(mostTokens, Number.isFinite(stated) ? stated : mostTokens, usable))
}

/** What the model's own files say of its use; the hub's copies hold only what the library fetched. */
async function ownFiles(): Promise<{ readonly pooling?: unknown; readonly prompts?: unknown }> {
  const folder = source.folder ?? join(source.cache, source.model)
  const [pooling, prompts] = await Promise.all([
    readJson(join(folder, '1_Pooling/config.json')),
    readJson(join(folder, 'config_sentence_transformers.json')),
  ])
  return { pooling, prompts }
}

async function perform(loaded: Loaded, job: ModelJob): Promise<Float32Array<ArrayBuffer>> {
  const answers: Float32Array[] = []
  for (const texts of groupByTokens(job.texts, loaded.longest)) {
    answers.push(job.kind === 'embed' ? await embed(loaded, texts, job.as) : await score(loaded, job.query, texts))
  }
  const flat = Float32Array.from(answers.flatMap((answer) => [...answer]))
  if (!flat.every(Number.isFinite)) throw new Error('The model gives values that are not numbers.')
  return flat
}

/** Memory grows with texts times the longest of them, so long ones go in smaller groups. */
function groupByTokens(texts: readonly string[], longest: number): string[][] {
  const groups: string[][] = []
  let widest = 0
  for (const text of texts) {
    const tokens = Math.min(longest, 8 + Math.ceil(Buffer.byteLength(text) / 3))
    widest = Math.max(widest, tokens)
    const group = groups.at(-1)
    if (group && (group.length + 1) * widest <= tokensAtOnce) group.push(text)
    else {
      groups.push([text])
      widest = tokens
    }
  }
  return groups
}

/** texts x dimensions, flat. */
async function embed(
  { tokenizer, model, longest, convention }: Loaded,
  texts: readonly string[],
  as: 'query' | 'passage',
): Promise<Float32Array> {
  const inputs = tokenizer(
    texts.map((text) => `${convention[as]}${text}`.slice(0, longest * lettersPerToken)),
    { padding: true, truncation: true, max_length: longest },
  )
  const outputs = await model(inputs)
  const whole = outputs.sentence_embedding
  if (whole?.data instanceof Float32Array) return normalizeRows(whole.data, whole.dims[1] ?? 0)
  const tokens = outputs.last_hidden_state ?? outputs.token_embeddings
  const mask = inputs.attention_mask
  if (!(tokens?.data instanceof Float32Array) || !mask) {
    throw new Error(`The model gives ${Object.keys(outputs).join(', ')} and not last_hidden_state, so it makes no embeddings.`)
  }
  return poolTokens({ data: tokens.data, dims: tokens.dims, mask: mask.data }, convention.pooling)
}

/** One relevance per text: the model's only logit, or how far "yes" is above "no" where it has two. */
async function score({ tokenizer, model, longest }: Loaded, query: string, texts: readonly string[]): Promise<Float32Array> {
  const cut = (text: string, share: number): string => text.slice(0, Math.ceil(longest * lettersPerToken * share))
  const inputs = tokenizer(
    texts.map(() => cut(query, 0.5)),
    { text_pair: texts.map((text) => cut(text, 1)), padding: true, truncation: true, max_length: longest },
  )
  const { logits } = await model(inputs)
  const width = logits?.dims[1] ?? 0
  if (!(logits?.data instanceof Float32Array) || logits.dims.length !== 2 || width < 1 || width > 2) {
    throw new Error(`The model gives logits of shape [${logits?.dims.join(', ') ?? 'none'}]; a cross-encoder gives one or two per pair.`)
  }
  const { data } = logits
  return Float32Array.from(texts, (_, at) => (width === 1 ? (data[at] ?? 0) : (data[2 * at + 1] ?? 0) - (data[2 * at] ?? 0)))
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

/** Why a load failed, as far as the library's words tell. */
function kindOf(error: unknown): string {
  const words = wordsOf(error)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return 'library'
  if (code === 'ERR_DLOPEN_FAILED' || /onnxruntime_binding/.test(words)) return 'platform'
  if (/fetch failed|^terminated|ECONN|ENOTFOUND|EAI_AGAIN|Error \(\d+\)|server error|gateway|unavailable|timeout/i.test(words))
    return 'network'
  if (/Unauthorized|Forbidden|Could not locate file|reading 'tokenizer_class'/.test(words)) return 'unknown model'
  if (/not found locally|missing at/.test(words)) return 'missing file'
  return 'broken'
}
