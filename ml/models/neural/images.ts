/**
 * A row whose columns are the pixels of an image. Where a pixel stands is told by its column's name when all names carry
 * places ("pixel_3_5" is row 3 and column 5, "pixel29" the 30th pixel): a pixel that never changed in training is no
 * column of the model, and would shift the others. Else the columns are the pixels row by row.
 */
import { z } from 'zod'
import { Fault } from '../../../platform/fault.ts'
import type { ImageShape } from '../../kernels/matrix.ts'
import { float32s, int32s } from '../numbers.ts'
import type { Problem } from '../problem.ts'
import { placePixels } from './pixel-places.ts'

export const imageEncoding = z.strictObject({
  height: z.int().min(1).max(1024).describe('Pixels'),
  width: z.int().min(1).max(1024).describe('Pixels'),
  channels: z.int().min(1).max(64).describe('Numbers per pixel'),
  places: int32s.describe('Where each column stands among the numbers of an image (row, column, channel)'),
  mean: z.number().describe('Mean of all pixels in training'),
  scale: z.number().positive().describe('Standard deviation of all pixels in training'),
  blank: float32s.describe('Standardised mean of each column, used where its value is missing'),
})
export type ImageEncoding = z.output<typeof imageEncoding>

export interface ImageSize {
  readonly width?: number | undefined
  readonly height?: number | undefined
  readonly channels: number
}

export const shapeOfImage = ({ height, width, channels }: ImageEncoding): ImageShape => ({ height, width, channels })

/** Throws `invalid_input` when the columns are not the pixels of one image. */
export function imageEncodingOf(problem: Pick<Problem, 'columns' | 'values' | 'rows'>, size: ImageSize): ImageEncoding {
  const text = problem.columns.find(({ type }) => type === 'category')
  if (text !== undefined)
    throw new Fault('invalid_input', `Column '${text.name}' holds text, but the columns of images are pixels. Leave it out or convert it.`)
  const { places, ...shape } = placePixels(
    problem.columns.map(({ name }) => name),
    size,
  )
  const means = problem.values.map(meanOf)
  const mean = meanOf(Float64Array.from(means))
  const squares = problem.values.map((values) => meanOf(values.map((value) => (value - mean) ** 2)))
  const scale = Math.sqrt(meanOf(Float64Array.from(squares))) || 1
  if (!Number.isFinite(scale)) throw new Fault('invalid_input', 'Some pixels are beyond 1e150. Divide all pixels by a constant.')
  return { ...shape, places, mean, scale, blank: Float32Array.from(means, (each) => (each - mean) / scale) }
}

/** Of what is not missing; 0 where nothing is known. */
function meanOf(values: Float64Array): number {
  let [seen, mean] = [0, 0]
  for (const value of values) {
    if (Number.isNaN(value)) continue
    seen++
    mean += (value - mean) / seen
  }
  return mean
}

/** Writes the images of all rows, one after the other. Pixels without a column are 0, which is the mean. */
export function writeImages(
  { places, mean, scale, blank, height, width, channels }: ImageEncoding,
  { values, rows }: { readonly values: readonly Float64Array[]; readonly rows: number },
  into: Float32Array,
): void {
  const size = height * width * channels
  into.fill(0, 0, rows * size)
  for (const [i, place] of places.entries()) {
    const cells = values[i] ?? new Float64Array(rows)
    const unknown = blank[i] ?? 0
    for (let row = 0; row < rows; row++) {
      const value = cells[row] ?? Number.NaN
      into[row * size + place] = Number.isNaN(value) ? unknown : (value - mean) / scale
    }
  }
}

/** All images of a table, one after the other. */
export function imagesOf(encoding: ImageEncoding, values: readonly Float64Array[], rows: number): Float32Array {
  const images = new Float32Array(rows * encoding.height * encoding.width * encoding.channels)
  writeImages(encoding, { values, rows }, images)
  return images
}

/** Copies an image moved by some pixels; where it leaves a gap, its edge is repeated. */
export function copyShifted(
  { height, width, channels }: ImageShape,
  image: Float32Array,
  { into, down, right }: { readonly into: Float32Array; readonly down: number; readonly right: number },
): void {
  for (let row = 0; row < height; row++) {
    const fromRow = Math.max(0, Math.min(height - 1, row - down)) * width
    for (let column = 0; column < width; column++) {
      const from = (fromRow + Math.max(0, Math.min(width - 1, column - right))) * channels
      const to = (row * width + column) * channels
      for (let channel = 0; channel < channels; channel++) into[to + channel] = image[from + channel] ?? 0
    }
  }
}
