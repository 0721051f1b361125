/** onnxruntime behind one door. It is optional: a machine without it serves everything but imported ONNX models. */
import { Fault } from '../../../platform/fault.ts'

export interface OnnxPort {
  readonly name: string
  /** An element type as onnxruntime names it; undefined for sequences and maps. */
  readonly type: string | undefined
  /** A text is a size that each call chooses. */
  readonly shape: readonly (number | string)[]
}

export interface OnnxRun {
  readonly input: string
  readonly output: string
  /** `rows x columns`, row by row. */
  readonly matrix: Float64Array
  readonly rows: number
}

export interface OnnxRuntime {
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  /** The numbers of one output, row by row. */
  run(request: OnnxRun): Promise<Float64Array>
}

type Runtime = typeof import('onnxruntime-node')
type Matrix = readonly [values: Float64Array, shape: readonly number[]]

/** How a matrix of numbers becomes a tensor of each element type. */
const tensors = {
  float32: ({ Tensor }: Runtime, [values, shape]: Matrix) => new Tensor('float32', Float32Array.from(values), shape),
  float64: ({ Tensor }: Runtime, [values, shape]: Matrix) => new Tensor('float64', values, shape),
  int64: ({ Tensor }: Runtime, [values, shape]: Matrix) => new Tensor('int64', BigInt64Array.from(values, whole), shape),
  int32: ({ Tensor }: Runtime, [values, shape]: Matrix) => new Tensor('int32', Int32Array.from(values), shape),
} as const

const whole = (value: number): bigint => BigInt(Number.isFinite(value) ? Math.trunc(value) : 0)

export const isReadable = (type: string | undefined): type is keyof typeof tensors => type !== undefined && Object.hasOwn(tensors, type)

/** Throws `unavailable` without onnxruntime, `invalid_input` for bytes that are no model it can run. */
export async function openRuntime(bytes: Uint8Array): Promise<OnnxRuntime> {
  refuseOutsideFiles(bytes)
  const runtime = await import('onnxruntime-node').catch((cause: unknown) => {
    const words = 'ONNX models need onnxruntime, which is not installed here. Run npm install onnxruntime-node and start again.'
    throw new Fault('unavailable', words, { cause })
  })
  /** One thread: predictions are small, and machines are shared. */
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 } as const
  const session = await runtime.InferenceSession.create(bytes, options).catch((cause: unknown) => {
    const words = cause instanceof Error ? cause.message.slice(0, 300) : ''
    throw new Fault('invalid_input', `This file is no ONNX model that onnxruntime can run: ${words}`, { cause })
  })
  const inputs = ports(session.inputMetadata)
  return {
    inputs,
    outputs: ports(session.outputMetadata),
    run: async ({ input, output, matrix, rows }) => {
      const type = inputs.find(({ name }) => name === input)?.type
      if (!isReadable(type))
        throw new Fault('invalid_input', `The model's input '${input}' takes ${type ?? 'no tensor'}; numbers can be given.`)
      const given = tensors[type](runtime, [matrix, [rows, matrix.length / Math.max(1, rows)]])
      const answer = (await session.run({ [input]: given }, [output]))[output]
      return Float64Array.from([...(answer?.data ?? [])].map(Number))
    },
  }
}

type Metadata = import('onnxruntime-node').InferenceSession['inputMetadata']

const ports = (metadata: Metadata): readonly OnnxPort[] =>
  metadata.map((port) =>
    port.isTensor ? { name: port.name, type: port.type, shape: port.shape } : { name: port.name, type: undefined, shape: [] },
  )

/** Weights may lie in other files, named in the model: they would be read from this machine. The key is searched as it is written. */
function refuseOutsideFiles(bytes: Uint8Array): void {
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('\n\blocation'))
    throw new Fault('invalid_input', 'This ONNX model keeps weights in other files. Save it as one file (save_as_external_data=False).')
}
