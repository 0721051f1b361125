/**
 * Tiny models in the files of real ones (ONNX weights, tokenizer, configuration), made by sums so small that a test can
 * repeat them: a token's vector is tanh of a table row, and each token also sees the mean of its text.
 *
 *   input_ids ─ Gather(table) ─ Tanh ─┬──────────────── Add ─ last_hidden_state
 *   attention_mask ── masked mean ────┘ (over the text) ┘
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeOnnx, type OnnxGraph } from './onnx.ts'

export const tinyDimensions = 16
/** Tokens, [CLS] and [SEP] included. */
export const tinyLongest = 24

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
const words = 'the a of wing drag lift flow air heat boundary layer wheel horse king river query passage cat dog mat sat on : .'.split(' ')
const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789']
const vocabulary = [...special, ...words, ...letters.filter((letter) => !words.includes(letter)), ...letters.map((letter) => `##${letter}`)]

/** Row by token, values in (-1, 1), the same on every machine. */
const table = makeTable()

export interface TinyModel {
  /** In `folder/model`, a name as it would be on the hub. */
  readonly kind: 'embedding' | 'cross-encoder'
  /** Fields of config.json beside those of a BERT. */
  readonly config?: Readonly<Record<string, unknown>>
}

/** Fills `folder` with a model of some 10 KB that @huggingface/transformers loads. */
export async function writeTinyModel(folder: string, { kind, config = {} }: TinyModel): Promise<void> {
  await mkdir(join(folder, 'onnx'), { recursive: true })
  const files = {
    'config.json': { ...bertConfig, ...heads[kind], ...config },
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': tokenizerConfig,
  }
  await Promise.all(Object.entries(files).map(([name, value]) => writeFile(join(folder, name), JSON.stringify(value))))
  await writeFile(join(folder, 'onnx/model.onnx'), encodeOnnx(kind === 'embedding' ? embeddingGraph() : pairGraph()))
}

/** What the embedding model should say of words of its vocabulary: the mean over the tokens, of length 1. */
export function tinyEmbedding(tokens: readonly string[], pooling: 'mean' | 'cls' = 'mean'): Float32Array {
  const rows = ['[CLS]', ...tokens, '[SEP]'].map(rowOf)
  const mean = sumOf(rows).map((value) => value / rows.length)
  // The mean is added to every token, so the mean over tokens is twice that mean.
  const pooled = pooling === 'mean' ? mean : mean.map((value, at) => value + (rows[0]?.[at] ?? 0))
  const length = Math.hypot(...pooled)
  return pooled.map((value) => value / length)
}

/** What the cross-encoder should say, before the sigmoid: the dot product of the sums of both sides. */
export function tinyLogit(query: readonly string[], passage: readonly string[]): number {
  const left = sumOf(['[CLS]', ...query, '[SEP]'].map(rowOf))
  const right = sumOf([...passage, '[SEP]'].map(rowOf))
  return left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0)
}

function makeTable(): Float32Array {
  const values = new Float32Array(vocabulary.length * tinyDimensions)
  let state = 12_345
  for (let at = 0; at < values.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    values[at] = (state >>> 8) / 2 ** 23 - 1
  }
  return values
}

function rowOf(token: string): Float32Array {
  const row = Math.max(vocabulary.indexOf(token), special.indexOf('[UNK]'))
  return table.slice(row * tinyDimensions, (row + 1) * tinyDimensions).map(Math.tanh)
}

function sumOf(rows: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(tinyDimensions)
  for (const row of rows) for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + (row[at] ?? 0)
  return sum
}

const ids = (name: string) => ({ name, type: 'int64' as const, dims: ['texts', 'tokens'] })
const weights = { name: 'table', dims: [vocabulary.length, tinyDimensions], values: table }
const axes = [
  { name: 'along_tokens', dims: [1], values: [1n] },
  { name: 'last', dims: [1], values: [-1n] },
]
const castToFloat = { to: 1 }

function embeddingGraph(): OnnxGraph {
  return {
    inputs: [ids('input_ids'), ids('attention_mask'), ids('token_type_ids')],
    outputs: [{ name: 'last_hidden_state', type: 'float', dims: ['texts', 'tokens', tinyDimensions] }],
    constants: [weights, ...axes],
    nodes: [
      { op: 'Gather', inputs: ['table', 'input_ids'], output: 'rows' },
      { op: 'Tanh', inputs: ['rows'], output: 'tokens_alone' },
      { op: 'Cast', inputs: ['attention_mask'], output: 'flat_mask', attributes: castToFloat },
      { op: 'Unsqueeze', inputs: ['flat_mask', 'last'], output: 'mask' },
      { op: 'Mul', inputs: ['tokens_alone', 'mask'], output: 'kept' },
      { op: 'ReduceSum', inputs: ['kept', 'along_tokens'], output: 'sum', attributes: { keepdims: 1 } },
      { op: 'ReduceSum', inputs: ['mask', 'along_tokens'], output: 'count', attributes: { keepdims: 1 } },
      { op: 'Div', inputs: ['sum', 'count'], output: 'mean' },
      { op: 'Add', inputs: ['tokens_alone', 'mean'], output: 'last_hidden_state' },
    ],
  }
}

/** Left and right are told apart by token_type_ids, as a BERT pair is. */
function pairGraph(): OnnxGraph {
  return {
    inputs: [ids('input_ids'), ids('attention_mask'), ids('token_type_ids')],
    outputs: [{ name: 'logits', type: 'float', dims: ['texts', 1] }],
    constants: [weights, ...axes],
    nodes: [
      { op: 'Gather', inputs: ['table', 'input_ids'], output: 'rows' },
      { op: 'Tanh', inputs: ['rows'], output: 'tokens_alone' },
      { op: 'Cast', inputs: ['attention_mask'], output: 'mask', attributes: castToFloat },
      { op: 'Cast', inputs: ['token_type_ids'], output: 'types', attributes: castToFloat },
      { op: 'Mul', inputs: ['mask', 'types'], output: 'flat_right' },
      { op: 'Sub', inputs: ['mask', 'flat_right'], output: 'flat_left' },
      { op: 'Unsqueeze', inputs: ['flat_left', 'last'], output: 'is_left' },
      { op: 'Unsqueeze', inputs: ['flat_right', 'last'], output: 'is_right' },
      { op: 'Mul', inputs: ['tokens_alone', 'is_left'], output: 'left_tokens' },
      { op: 'Mul', inputs: ['tokens_alone', 'is_right'], output: 'right_tokens' },
      { op: 'ReduceSum', inputs: ['left_tokens', 'along_tokens'], output: 'left', attributes: { keepdims: 0 } },
      { op: 'ReduceSum', inputs: ['right_tokens', 'along_tokens'], output: 'right', attributes: { keepdims: 0 } },
      { op: 'Mul', inputs: ['left', 'right'], output: 'products' },
      { op: 'ReduceSum', inputs: ['products', 'along_tokens'], output: 'logits', attributes: { keepdims: 1 } },
    ],
  }
}

const bertConfig = {
  model_type: 'bert',
  hidden_size: tinyDimensions,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  intermediate_size: tinyDimensions,
  max_position_embeddings: tinyLongest,
  type_vocab_size: 2,
  vocab_size: vocabulary.length,
  pad_token_id: 0,
}

const heads = {
  embedding: { architectures: ['BertModel'] },
  'cross-encoder': { architectures: ['BertForSequenceClassification'], id2label: { 0: 'LABEL_0' }, label2id: { LABEL_0: 0 } },
}

const place = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } })
const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } })
const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: special.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [place('[CLS]', 0), sequence('A', 0), place('[SEP]', 0)],
    pair: [place('[CLS]', 0), sequence('A', 0), place('[SEP]', 0), sequence('B', 1), place('[SEP]', 1)],
    special_tokens: Object.fromEntries(['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [vocabulary.indexOf(id)], tokens: [id] }])),
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
  },
}

const tokenizerConfig = {
  tokenizer_class: 'BertTokenizer',
  do_lower_case: true,
  model_max_length: tinyLongest,
  pad_token: '[PAD]',
  unk_token: '[UNK]',
  cls_token: '[CLS]',
  sep_token: '[SEP]',
  mask_token: '[MASK]',
}
