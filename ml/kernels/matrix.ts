/**
 * Float32 matrices for neural networks in one block of memory that a kernel works on. A matrix is a Float32Array into
 * that memory, row by row; images lie pixel by pixel (image, row, column, channel).
 */
import { type Engine, kernelOver, sharedMemory } from './load.ts'
import { matrixTwin } from './matrix-twin.ts'

/** What assembly/matrix.ts exports: counts first, then byte offsets, then numbers. Each is explained there. */
export interface MatrixExports {
  dense(rows: number, inputs: number, outputs: number, x: number, w: number, y: number): void
  denseGradient(rows: number, inputs: number, outputs: number, x: number, dy: number, dw: number): void
  convolve(images: number, height: number, width: number, channels: number, filters: number, padded: number, w: number, y: number): void
  convolveGradient(
    ...counts: [images: number, height: number, width: number, channels: number, filters: number, padded: number, dy: number, dw: number]
  ): void
  pad(images: number, height: number, width: number, channels: number, x: number, padded: number): void
  transpose(rows: number, columns: number, x: number, y: number): void
  fillRows(rows: number, columns: number, row: number, y: number): void
  sumRows(rows: number, columns: number, x: number, sums: number): void
  sumProducts(rows: number, columns: number, x: number, mean: number, z: number, sums: number): void
  scaleRows(rows: number, columns: number, x: number, scale: number, shift: number, y: number): void
  addScaledRows(rows: number, columns: number, x: number, scale: number, y: number): void
  multiply(n: number, x: number, z: number, y: number): void
  rectify(n: number, x: number, gate: number, y: number): void
  maxPool(images: number, height: number, width: number, channels: number, x: number, y: number): void
  maxPoolGradient(
    ...counts: [images: number, height: number, width: number, channels: number, x: number, y: number, dy: number, dx: number]
  ): void
  adam(n: number, w: number, g: number, m: number, v: number, ...rates: [number, number, number, number, number]): void
}

const names = [
  ...['dense', 'denseGradient', 'convolve', 'convolveGradient', 'pad', 'transpose', 'fillRows', 'sumRows', 'sumProducts'],
  ...['scaleRows', 'addScaledRows', 'multiply', 'rectify', 'maxPool', 'maxPoolGradient', 'adam'],
]

const isKernel = (exports: WebAssembly.Exports): exports is WebAssembly.Exports & MatrixExports =>
  names.every((name) => typeof exports[name] === 'function')

/** How many images, and how each is laid out. */
export interface ImageShape {
  readonly height: number
  readonly width: number
  readonly channels: number
}

export interface DenseShape {
  readonly rows: number
  readonly inputs: number
  readonly outputs: number
}

export interface ConvolutionShape extends ImageShape {
  readonly images: number
  readonly filters: number
}

/** Memory and the functions over it. All arrays handed to these come from `floats` of the same matrices. */
export interface Matrices {
  /** `length` zeros; they live as long as the matrices. */
  floats(length: number): Float32Array
  /** y += x w; x is rows x inputs, w inputs x outputs. */
  dense(shape: DenseShape, by: Record<'x' | 'w' | 'y', Float32Array>): void
  /** dw += xᵀ dy. */
  denseGradient(shape: DenseShape, by: Record<'x' | 'dy' | 'dw', Float32Array>): void
  /** y += 3 x 3 convolution of padded images; w is 3 x 3 x channels x filters. */
  convolve(shape: ConvolutionShape, by: Record<'padded' | 'w' | 'y', Float32Array>): void
  /** dw += the gradient of `convolve` by its weights. */
  convolveGradient(shape: ConvolutionShape, by: Record<'padded' | 'dy' | 'dw', Float32Array>): void
  /** Copies images into `padded`, which has a border of one pixel that stays as it is. */
  pad(shape: ImageShape & { readonly images: number }, by: Record<'x' | 'padded', Float32Array>): void
  /** y = xᵀ; x is rows x columns. */
  transpose(shape: readonly [rows: number, columns: number], x: Float32Array, y: Float32Array): void
  /** Writes `row` to the first `rows` rows of y. */
  fillRows(rows: number, row: Float32Array, y: Float32Array): void
  /** sums += the first `rows` rows of x, which has as many columns as `sums`. */
  sumRows(rows: number, x: Float32Array, sums: Float32Array): void
  /** sums += (x - mean) z over the rows; without z, (x - mean)². */
  sumProducts(
    rows: number,
    by: { readonly x: Float32Array; readonly mean: Float32Array; readonly z?: Float32Array; readonly sums: Float32Array },
  ): void
  /** y = x scale + shift, column by column. */
  scaleRows(rows: number, by: Record<'x' | 'scale' | 'shift' | 'y', Float32Array>): void
  /** y += x scale, column by column. */
  addScaledRows(rows: number, by: Record<'x' | 'scale' | 'y', Float32Array>): void
  /** y = x z, the first n numbers. */
  multiply(n: number, by: Record<'x' | 'z' | 'y', Float32Array>): void
  /** y = x where `gate` is above 0, else 0; the first n numbers. */
  rectify(n: number, by: Record<'x' | 'gate' | 'y', Float32Array>): void
  /** y = the largest of each 2 x 2 pixels; half as high and wide, rounded up. */
  maxPool(shape: ImageShape & { readonly images: number }, by: Record<'x' | 'y', Float32Array>): void
  /** dx += the gradient of `maxPool`. */
  maxPoolGradient(shape: ImageShape & { readonly images: number }, by: Record<'x' | 'y' | 'dy' | 'dx', Float32Array>): void
  /** One step of Adam on w with gradient g + decay w; m and v are its moments. */
  adam(by: Record<'w' | 'g' | 'm' | 'v', Float32Array>, rates: AdamRates): void
}

export interface AdamRates {
  readonly rate: number
  readonly decay: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

/** Which code runs: the compiled kernel where the engine can, else (or if asked) its JavaScript twin, with equal bits. */
export function createMatrices(engine?: Engine): Matrices {
  const memory = sharedMemory(0)
  const call = kernelOver(memory, { name: 'matrix', isKernel, twin: matrixTwin, ...(engine && { engine }) })
  return {
    floats: arena(memory),
    ...withWeights(call),
    ...withRows(call),
    maxPool: ({ images, height, width, channels }, { x, y }) => call.maxPool(images, height, width, channels, x.byteOffset, y.byteOffset),
    maxPoolGradient: ({ images, height, width, channels }, { x, y, dy, dx }) =>
      call.maxPoolGradient(images, height, width, channels, x.byteOffset, y.byteOffset, dy.byteOffset, dx.byteOffset),
  }
}

/** Starts at 64: the kernel reads offset 0 as "no array". Each array starts on a cache line. */
function arena(memory: WebAssembly.Memory): Matrices['floats'] {
  let next = 64
  return (length) => {
    const from = next
    next += Math.ceil((length * 4) / 64) * 64
    const lacking = Math.ceil((next - memory.buffer.byteLength) / 65_536)
    if (lacking > 0) memory.grow(lacking)
    return new Float32Array(memory.buffer, from, length)
  }
}

type WithWeights = Pick<Matrices, 'dense' | 'denseGradient' | 'convolve' | 'convolveGradient' | 'pad' | 'transpose' | 'adam'>

function withWeights(call: MatrixExports): WithWeights {
  return {
    dense: ({ rows, inputs, outputs }, { x, w, y }) => call.dense(rows, inputs, outputs, x.byteOffset, w.byteOffset, y.byteOffset),
    denseGradient: ({ rows, inputs, outputs }, { x, dy, dw }) =>
      call.denseGradient(rows, inputs, outputs, x.byteOffset, dy.byteOffset, dw.byteOffset),
    convolve: ({ images, height, width, channels, filters }, { padded, w, y }) =>
      call.convolve(images, height, width, channels, filters, padded.byteOffset, w.byteOffset, y.byteOffset),
    convolveGradient: ({ images, height, width, channels, filters }, { padded, dy, dw }) =>
      call.convolveGradient(images, height, width, channels, filters, padded.byteOffset, dy.byteOffset, dw.byteOffset),
    pad: ({ images, height, width, channels }, { x, padded }) => call.pad(images, height, width, channels, x.byteOffset, padded.byteOffset),
    transpose: ([rows, columns], x, y) => call.transpose(rows, columns, x.byteOffset, y.byteOffset),
    adam: ({ w, g, m, v }, { rate, decay, beta1, beta2, epsilon }) =>
      call.adam(w.length, w.byteOffset, g.byteOffset, m.byteOffset, v.byteOffset, rate, decay, beta1, beta2, epsilon),
  }
}

type WithRows = Pick<Matrices, 'fillRows' | 'sumRows' | 'sumProducts' | 'scaleRows' | 'addScaledRows' | 'multiply' | 'rectify'>

function withRows(call: MatrixExports): WithRows {
  return {
    fillRows: (rows, row, y) => call.fillRows(rows, row.length, row.byteOffset, y.byteOffset),
    sumRows: (rows, x, sums) => call.sumRows(rows, sums.length, x.byteOffset, sums.byteOffset),
    sumProducts: (rows, { x, mean, z, sums }) =>
      call.sumProducts(rows, sums.length, x.byteOffset, mean.byteOffset, z?.byteOffset ?? 0, sums.byteOffset),
    scaleRows: (rows, { x, scale, shift, y }) =>
      call.scaleRows(rows, scale.length, x.byteOffset, scale.byteOffset, shift.byteOffset, y.byteOffset),
    addScaledRows: (rows, { x, scale, y }) => call.addScaledRows(rows, scale.length, x.byteOffset, scale.byteOffset, y.byteOffset),
    multiply: (n, { x, z, y }) => call.multiply(n, x.byteOffset, z.byteOffset, y.byteOffset),
    rectify: (n, { x, gate, y }) => call.rectify(n, x.byteOffset, gate.byteOffset, y.byteOffset),
  }
}
