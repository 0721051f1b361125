/** Models that other programs trained, as models of this registry: LightGBM text, or any ONNX graph of numbers. */
import { Fault } from '../../platform/fault.ts'
import { inThread } from '../../platform/thread-job.ts'
import type { Model } from '../models/model.ts'
import type { InputColumn, Task } from '../models/problem.ts'
import { readLightgbm } from './lightgbm-read.ts'
import { isReadable, type OnnxPort, type OnnxRuntime, openRuntime } from './onnx/runtime.ts'

export const importFormats = ['lightgbm', 'onnx'] as const
export type ImportFormat = (typeof importFormats)[number]

export interface ImportWish {
  /** Found from the bytes when absent. */
  readonly format?: ImportFormat | undefined
  /** What it predicts; 'target' when absent. */
  readonly target?: string | undefined
  /** Names of its answers, in the order of its scores; 0, 1, … when absent. */
  readonly classes?: readonly (string | number)[] | undefined
  /** ONNX: names of its columns, in order; those the file notes, else f0, f1, …, when absent. */
  readonly columns?: readonly string[] | undefined
  /** ONNX: the output with probabilities or the number, where it has several. */
  readonly output?: string | undefined
}

export interface ImportInput {
  readonly bytes: Uint8Array
  readonly wish: ImportWish
}

/** As `importModel`, in a worker thread and for at most a minute; gives the bytes of `encodeModel`. */
export function importOffLoop(input: ImportInput, signal: AbortSignal): Promise<Uint8Array> {
  const file = new URL('./import.worker.ts', import.meta.url)
  return inThread<Uint8Array>({ file, data: input, signal, title: 'Reading the model', limitMs: 60_000 })
}

/** Throws `invalid_input` saying what in the file or the wish does not fit. */
export async function importModel(bytes: Uint8Array, wish: ImportWish): Promise<Model> {
  const format = wish.format ?? (startsLikeText(bytes) ? 'lightgbm' : 'onnx')
  return format === 'lightgbm' ? importLightgbm(bytes, wish) : importOnnx(bytes, wish)
}

const startsLikeText = (bytes: Uint8Array): boolean => new TextDecoder().decode(bytes.subarray(0, 5)).trimEnd() === 'tree'

function importLightgbm(bytes: Uint8Array, wish: ImportWish): Model {
  const { ensemble, columns, task, classes } = readLightgbm(new TextDecoder().decode(bytes))
  return modelOf({ algorithm: 'imported_trees', task, columns, classes: namesOf(wish.classes, classes), fitted: ensemble }, wish)
}

function modelOf(
  given: {
    readonly algorithm: string
    readonly task: Task
    readonly columns: readonly InputColumn[]
    readonly classes: readonly (string | number)[]
    readonly fitted: unknown
  },
  { target = 'target' }: ImportWish,
): Model {
  const columns = given.columns.map((column) => (column.type === 'number' ? { ...column } : { ...column, levels: [...column.levels] }))
  return {
    format: 'millrace-model/2',
    algorithm: given.algorithm,
    task: given.task,
    target,
    classes: [...given.classes],
    columns,
    ignored: [],
    params: {},
    fitted: given.fitted,
  }
}

function namesOf(names: readonly (string | number)[] | undefined, count: number): readonly (string | number)[] {
  if (names === undefined) return Array.from({ length: count }, (_, k) => k)
  if (names.length === count && new Set(names.map(String)).size === count) return names
  throw new Fault(
    'invalid_input',
    `The model tells ${count} classes apart, and classes names ${names.length}. Give one name each, in the order of its scores.`,
  )
}

async function importOnnx(bytes: Uint8Array, wish: ImportWish): Promise<Model> {
  const runtime = await openRuntime(bytes)
  const input = onlyInput(runtime.inputs)
  const output = chosenOutput(runtime.outputs, wish.output)
  const columns = columnsOf(input, wish.columns)
  const width = await widthOf(runtime, { input: input.name, output: output.name, columns: columns.length })
  const isClasses = width > 1 || (wish.classes?.length ?? 0) > 1
  const classes = isClasses ? namesOf(wish.classes, width) : []
  const task = !isClasses ? 'regression' : width === 2 ? 'binary' : 'multiclass'
  return modelOf({ algorithm: 'imported_onnx', task, columns, classes, fitted: { bytes, input: input.name, output: output.name } }, wish)
}

function onlyInput(inputs: readonly OnnxPort[]): OnnxPort {
  const [input, ...others] = inputs
  if (input && others.length === 0 && isReadable(input.type) && input.shape.length === 2) return input
  const found = inputs.map(({ name, type, shape }) => `${name} (${type ?? 'no tensor'}, ${shape.length} dimensions)`).join(', ')
  throw new Fault(
    'invalid_input',
    `An ONNX model is read when its one input is a matrix of numbers, rows x columns; this one takes ${found || 'nothing'}. Export it with one float tensor.`,
  )
}

function chosenOutput(outputs: readonly OnnxPort[], wanted: string | undefined): OnnxPort {
  const able = outputs.filter(({ type }) => type === 'float32' || type === 'float64')
  const chosen =
    wanted === undefined ? (able.find(({ name }) => /prob/i.test(name)) ?? able.at(-1)) : able.find(({ name }) => name === wanted)
  if (chosen) return chosen
  const found = outputs.map(({ name, type }) => `${name} (${type ?? 'no tensor'})`).join(', ')
  throw new Fault(
    'invalid_input',
    `The ONNX model has no output of floating-point numbers${wanted === undefined ? '' : ` called '${wanted}'`}; it has ${found}. Classifiers of scikit-learn need zipmap=False.`,
  )
}

function columnsOf({ shape }: OnnxPort, names: readonly string[] | undefined): readonly InputColumn[] {
  const size = shape[1]
  const count = typeof size === 'number' && size > 0 ? size : names?.length
  if (count === undefined) throw new Fault('invalid_input', 'The ONNX model does not say how many columns it reads. Name them in columns.')
  if (names !== undefined && (names.length !== count || new Set(names).size !== count))
    throw new Fault(
      'invalid_input',
      `The ONNX model reads ${count} columns, and columns has ${names.length} names. Give each column one name of its own.`,
    )
  return Array.from({ length: count }, (_, index) => ({ name: names?.[index] ?? `f${index}`, type: 'number' }))
}

/** Tried on two rows of zeros: what a graph says of its shapes is often less than it does. */
async function widthOf(
  runtime: OnnxRuntime,
  { input, output, columns }: { readonly input: string; readonly output: string; readonly columns: number },
): Promise<number> {
  const values = await runtime.run({ input, output, matrix: new Float64Array(2 * columns), rows: 2 }).catch((cause: unknown) => {
    throw new Fault(
      'invalid_input',
      `The ONNX model fails on a row of zeros: ${cause instanceof Error ? cause.message.slice(0, 300) : ''}`,
      { cause },
    )
  })
  const width = values.length / 2
  if (Number.isInteger(width) && width >= 1 && width <= 1000) return width
  throw new Fault('invalid_input', `Output '${output}' gives ${values.length} numbers for 2 rows. Choose another with output.`)
}
