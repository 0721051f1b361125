/** An ONNX graph under construction: nodes and constants are added and named, at the end the whole is written (onnx.proto3, IR 8). */
import { bytes, type Fields, float, floats, int, ints, message, string } from './protobuf.ts'

export type ElementType = 'float' | 'double' | 'int64' | 'string' | 'bool'
const elementTypes: Readonly<Record<ElementType, number>> = { float: 1, int64: 7, string: 8, bool: 9, double: 11 }

/** What an attribute of a node may be. Kinds are told apart because 1 may be a float or an int. */
export type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly string: string }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] }
  | { readonly strings: readonly string[] }

export interface Value {
  readonly name: string
  readonly type: ElementType
  /** A text stands for a size that each call chooses. */
  readonly shape: readonly (number | string)[]
}

export interface Graph {
  /** Adds a node and names its first output. `ml` operators are those of ai.onnx.ml. */
  node(operator: string, inputs: readonly string[], options?: NodeOptions): string
  /** Adds a constant tensor and names it. */
  constant(type: ElementType, shape: readonly number[], values: readonly number[] | readonly string[]): string
  input(value: Value): string
  /** Makes what a node answered an output of this name. */
  output(from: string, value: Value): void
  /** Notes for people and programs, kept in the file. */
  note(key: string, text: string): void
  write(): Uint8Array
}

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>
  readonly ml?: boolean
}

/** Versions that every onnxruntime since 1.12 reads. */
const [irVersion, opset, mlOpset] = [8, 15, 3]

export function newGraph(name: string): Graph {
  const nodes: Fields[] = []
  const constants: Fields[] = []
  const [inputs, outputs, notes]: Fields[][] = [[], [], []]
  let named = 0
  const free = (hint: string): string => `${hint}_${named++}`
  const node = (
    operator: string,
    from: readonly string[],
    { attributes = {}, ml = false }: NodeOptions = {},
    to = free(operator),
  ): string => {
    const written = Object.entries(attributes).map(([key, value]) => bytes(5, attribute(key, value)))
    nodes.push(
      message(
        ...from.map((each) => string(1, each)),
        string(2, to),
        string(3, free('node')),
        string(4, operator),
        ...written,
        ...(ml ? [string(7, 'ai.onnx.ml')] : []),
      ),
    )
    return to
  }
  return {
    node: (operator, from, options) => node(operator, from, options),
    constant: (type, shape, values) => {
      const to = free('constant')
      constants.push(tensor(to, { type, shape, values }))
      return to
    },
    input: (value) => {
      inputs?.push(valueInfo(value))
      return value.name
    },
    output: (from, value) => {
      node('Identity', [from], {}, value.name)
      outputs?.push(valueInfo(value))
    },
    note: (key, text) => {
      notes?.push(message(string(1, key), string(2, text)))
    },
    write: () => {
      const graph = message(
        ...nodes.map((each) => bytes(1, each)),
        string(2, name),
        ...constants.map((each) => bytes(5, each)),
        ...(inputs ?? []).map((each) => bytes(11, each)),
        ...(outputs ?? []).map((each) => bytes(12, each)),
      )
      const opsets = [message(string(1, ''), int(2, opset)), message(string(1, 'ai.onnx.ml'), int(2, mlOpset))]
      return message(
        int(1, irVersion),
        string(2, 'millrace'),
        bytes(7, graph),
        ...opsets.map((each) => bytes(8, each)),
        ...(notes ?? []).map((each) => bytes(14, each)),
      )
    },
  }
}

function attribute(name: string, value: Attribute): Fields {
  const typed = (type: number, field: Fields): Fields => message(string(1, name), field, int(20, type))
  if ('float' in value) return typed(1, float(2, value.float))
  if ('int' in value) return typed(2, int(3, value.int))
  if ('string' in value) return typed(3, string(4, value.string))
  if ('floats' in value) return typed(6, floats(7, value.floats))
  if ('ints' in value) return typed(7, ints(8, value.ints))
  return typed(8, message(...value.strings.map((each) => string(9, each))))
}

interface Tensor {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly values: readonly number[] | readonly string[]
}

function tensor(name: string, { type, shape, values }: Tensor): Fields {
  const head = message(...shape.map((size) => int(1, size)), int(2, elementTypes[type]), string(8, name))
  if (type === 'string') return message(head, ...values.map((each) => string(6, String(each))))
  const numbers = values.map(Number)
  const raw =
    type === 'int64' ? BigInt64Array.from(numbers, BigInt) : type === 'double' ? Float64Array.from(numbers) : Float32Array.from(numbers)
  return message(head, bytes(9, new Uint8Array(raw.buffer)))
}

function valueInfo({ name, type, shape }: Value): Fields {
  const dimensions = shape.map((size) => bytes(1, typeof size === 'number' ? int(1, size) : string(2, size)))
  const tensorType = message(int(1, elementTypes[type]), bytes(2, message(...dimensions)))
  return message(string(1, name), bytes(2, bytes(1, tensorType)))
}
