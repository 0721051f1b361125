/** One layer at work: it turns the rows of the layer before into its own, and passes gradients back. */
import type { ImageShape, Matrices } from '../../kernels/matrix.ts'
import { sizeOf } from './layer-specs.ts'

/** One use of the network on some rows. */
export interface Pass {
  readonly rows: number
  /** Training drops outputs and normalises by the batch; scoring does neither. */
  readonly training: boolean
  readonly random: () => number
}

export interface Layer {
  /** The layer's own array, or `x` changed in place; overwritten by the next call. */
  forward(x: Float32Array, pass: Pass): Float32Array
  /** Of the last training pass: adds to the gradients of its weights and returns dx. May change `dy`. */
  backward(dy: Float32Array, rows: number): Float32Array
}

/** A run of weights inside the list of all weights. */
export interface Parameter {
  readonly value: Float32Array
  /** Empty when the network is not for training. */
  readonly gradient: Float32Array
}

export interface Site {
  readonly matrices: Matrices
  readonly input: ImageShape
  readonly output: ImageShape
  /** Most rows of a pass. */
  readonly capacity: number
  readonly training: boolean
  /** Nobody needs the gradient by the inputs of the first layer. */
  readonly first: boolean
  /** In the order of `parameterSpecs`. */
  readonly parameters: readonly Parameter[]
}

/** Room for `capacity` rows of this shape; none when it is `needed` for training only and the network is not. */
export const rowsOf = ({ matrices, capacity }: Site, shape: ImageShape, needed = true): Float32Array =>
  matrices.floats(needed ? capacity * sizeOf(shape) : 0)

/** The layer's parameter; throws a RangeError when the site has fewer. */
export function parameterAt({ parameters }: Site, index: number): Parameter {
  const found = parameters[index]
  if (found === undefined) throw new RangeError(`The layer has no parameter ${index}.`)
  return found
}
