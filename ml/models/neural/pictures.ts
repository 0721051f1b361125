/** Numbers as small pictures and histograms: bounded lists of rounded numbers from 0 to 1. */
import type { ImageShape } from '../../kernels/matrix.ts'

export interface Picture {
  readonly height: number
  readonly width: number
  /** What 0 and 1 stand for. */
  readonly low: number
  readonly high: number
  /** Row by row, 0 to 1; all 0 where nothing differs. */
  readonly values: readonly number[]
}

export interface WeightHistogram {
  readonly from: number
  readonly to: number
  /** Weights in each of equally wide bins. */
  readonly counts: readonly number[]
  readonly mean: number
  readonly sd: number
}

/** Pixels of a side; a larger image is made smaller by whole steps. */
const mostPixels = 32
const bins = 20

const rounded = (value: number): number => Number(value.toPrecision(4))

/** One channel of an image, or the mean of all its channels. */
export function pictureOf(values: Float32Array, { height, width, channels }: ImageShape, channel?: number): Picture {
  const stride = Math.ceil(Math.max(height, width) / mostPixels)
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  const wanted = channel === undefined ? [...Array(channels).keys()] : [channel]
  const pixels = Float64Array.from({ length: rows * columns }, (_, i) => {
    const [top, left] = [Math.floor(i / columns) * stride, (i % columns) * stride]
    let [sum, count] = [0, 0]
    for (let row = top; row < Math.min(height, top + stride); row++) {
      for (let column = left; column < Math.min(width, left + stride); column++) {
        for (const each of wanted) sum += values[(row * width + column) * channels + each] ?? 0
        count += wanted.length
      }
    }
    return sum / count
  })
  const [low, high] = rangeOf(pixels)
  const span = high - low || 1
  return {
    height: rows,
    width: columns,
    low: rounded(low),
    high: rounded(high),
    values: Array.from(pixels, (value) => rounded((value - low) / span)),
  }
}

export function histogramOf(weights: Float32Array): WeightHistogram {
  const [from, to] = rangeOf(weights)
  const span = to - from || 1
  const counts = new Array<number>(bins).fill(0)
  let [sum, squares] = [0, 0]
  for (const weight of weights) {
    const bin = Math.min(bins - 1, Math.floor((bins * (weight - from)) / span))
    counts[bin] = (counts[bin] ?? 0) + 1
    sum += weight
    squares += weight * weight
  }
  const mean = sum / weights.length
  const variance = Math.max(0, squares / weights.length - mean * mean)
  return { from: rounded(from), to: rounded(to), counts, mean: rounded(mean), sd: rounded(Math.sqrt(variance)) }
}

function rangeOf(values: Float32Array | Float64Array): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}
