/** Writes ONNX models by hand: just the protobuf fields that a small graph needs (onnx.proto3), no library. */

/** An attribute of a node: whole numbers only, alone or as a list. */
type Attributes = Readonly<Record<string, number | readonly number[]>>

export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes?: Attributes
}

export interface OnnxConstant {
  readonly name: string
  readonly dims: readonly number[]
  readonly values: Float32Array | readonly bigint[]
}

/** Axes are names, so that any length fits, or fixed lengths. */
export interface OnnxValue {
  readonly name: string
  readonly type: 'float' | 'int64'
  readonly dims: readonly (string | number)[]
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxConstant[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

const elementTypes = { float: 1, int64: 7 }
const attributeTypes = { int: 2, ints: 7 }
const irVersion = 8
const opset = 17

/** The bytes of `model.onnx`. */
export function encodeOnnx({ nodes, constants, inputs, outputs }: OnnxGraph): Uint8Array {
  const graph = [
    ...nodes.map((node) => bytes(1, encodeNode(node))),
    text(2, 'tiny'),
    ...constants.map((constant) => bytes(5, encodeConstant(constant))),
    ...inputs.map((value) => bytes(11, encodeValue(value))),
    ...outputs.map((value) => bytes(12, encodeValue(value))),
  ]
  return Buffer.concat([whole(1, irVersion), bytes(7, Buffer.concat(graph)), bytes(8, Buffer.concat([text(1, ''), whole(2, opset)]))])
}

function encodeNode({ op, inputs, output, attributes = {} }: OnnxNode): Buffer {
  const named = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number'
      ? Buffer.concat([text(1, name), whole(3, value), whole(20, attributeTypes.int)])
      : Buffer.concat([text(1, name), ...value.map((one) => whole(8, one)), whole(20, attributeTypes.ints)]),
  )
  return Buffer.concat([
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(4, op),
    ...named.map((attribute) => bytes(5, attribute)),
  ])
}

function encodeConstant({ name, dims, values }: OnnxConstant): Buffer {
  const floats = values instanceof Float32Array
  const raw = floats ? Buffer.from(values.buffer, values.byteOffset, values.byteLength) : Buffer.from(BigInt64Array.from(values).buffer)
  return Buffer.concat([
    ...dims.map((dim) => whole(1, dim)),
    whole(2, floats ? elementTypes.float : elementTypes.int64),
    text(8, name),
    bytes(9, raw),
  ])
}

function encodeValue({ name, type, dims }: OnnxValue): Buffer {
  const axes = dims.map((dim) => bytes(1, typeof dim === 'string' ? text(2, dim) : whole(1, dim)))
  const tensor = Buffer.concat([whole(1, elementTypes[type]), bytes(2, Buffer.concat(axes))])
  return Buffer.concat([text(1, name), bytes(2, bytes(1, tensor))])
}

const tag = (field: number, wire: number): Buffer => varint(BigInt((field << 3) | wire))
const whole = (field: number, value: number): Buffer => Buffer.concat([tag(field, 0), varint(BigInt.asUintN(64, BigInt(value)))])
const bytes = (field: number, value: Uint8Array): Buffer => Buffer.concat([tag(field, 2), varint(BigInt(value.length)), value])
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value))

function varint(value: bigint): Buffer {
  const out: number[] = []
  let rest = value
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  out.push(Number(rest))
  return Buffer.from(out)
}
