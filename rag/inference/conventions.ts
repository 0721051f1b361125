/**
 * How embedding models want to be used: which token's vector stands for the text, and what is written before questions and
 * passages. A model's own files say so where it has them; for the well-known others there is a table by name.
 */

export interface Convention {
  /** The mean over the tokens, the first token's vector, or the last one's. */
  readonly pooling: 'mean' | 'cls' | 'last'
  readonly query: string
  readonly passage: string
}

const plain: Convention = { pooling: 'mean', query: '', passage: '' }
const bgeQuery = 'Represent this sentence for searching relevant passages: '
const webQuery = 'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: '

/** From the model cards; the first match counts. */
const known: readonly (readonly [RegExp, Partial<Convention>])[] = [
  [/e5-.*instruct/, { query: webQuery }],
  [/(^|[^a-z0-9])e5-/, { query: 'query: ', passage: 'passage: ' }],
  [/bge-m3/, { pooling: 'cls' }],
  [/bge-.*-en/, { pooling: 'cls', query: bgeQuery }],
  [/bge-/, { pooling: 'cls' }],
  [/arctic-embed.*v2/, { pooling: 'cls', query: 'query: ' }],
  [/arctic-embed|mxbai-embed/, { pooling: 'cls', query: bgeQuery }],
  [/gte-(multilingual|modernbert|.*v1\.5)|granite-embedding/, { pooling: 'cls' }],
  [/nomic-embed|modernbert-embed/, { query: 'search_query: ', passage: 'search_document: ' }],
  [/qwen3-embedding/, { pooling: 'last', query: webQuery }],
  [/embeddinggemma/, { query: 'task: search result | query: ', passage: 'title: none | text: ' }],
]

/** `files`: 1_Pooling/config.json and config_sentence_transformers.json of the model, parsed, where it has them. */
export function conventionOf(model: string, files: { readonly pooling?: unknown; readonly prompts?: unknown } = {}): Convention {
  const name = model.toLowerCase()
  const [, found = {}] = known.find(([pattern]) => pattern.test(name)) ?? []
  return { ...plain, ...found, ...poolingOf(files.pooling), ...promptsOf(files.prompts) }
}

const poolings = { pooling_mode_cls_token: 'cls', pooling_mode_mean_tokens: 'mean', pooling_mode_lasttoken: 'last' } as const

function poolingOf(file: unknown): Partial<Convention> {
  for (const [flag, pooling] of Object.entries(poolings)) if (fieldOf(file, flag) === true) return { pooling }
  return {}
}

function promptsOf(file: unknown): Partial<Convention> {
  const prompts = fieldOf(file, 'prompts')
  const query = fieldOf(prompts, 'query')
  const passage = fieldOf(prompts, 'passage') ?? fieldOf(prompts, 'document')
  return { ...(typeof query === 'string' ? { query } : {}), ...(typeof passage === 'string' ? { passage } : {}) }
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined
