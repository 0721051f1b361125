/** Finds the size of an image and the place of each of its pixels from the names, or the number, of the columns. */
import { Fault } from '../../../platform/fault.ts'
import type { ImageShape } from '../../kernels/matrix.ts'
import type { ImageSize } from './images.ts'

export interface PixelPlaces extends ImageShape {
  /** Of each column, among the numbers of an image: row, column, channel. */
  readonly places: Int32Array
}

/** Columns that fill less than this share of an image are hardly its pixels: their names carry other numbers. */
const leastFilled = 0.25
const largest = 1024

/** Throws `invalid_input` when the columns are not the pixels of an image, or not of the size asked for. */
export function placePixels(names: readonly string[], size: ImageSize): PixelPlaces {
  const found = byRowAndColumn(names, size) ?? byNumber(names, size) ?? byOrder(names, size)
  if (found === undefined) throw refusal(names.length, size)
  return found
}

/** "pixel_3_5", "3x5", "p_3_5_0": row, column and, where pixels have several, channel. From 0, or from 1 when the size says so. */
function byRowAndColumn(names: readonly string[], { width, height, channels }: ImageSize): PixelPlaces | undefined {
  const pattern = channels > 1 ? /(\d+)\D+(\d+)\D+(\d+)$/ : /(\d+)\D+(\d+)$/
  const parts = names.map((name) => (pattern.exec(name) ?? []).slice(1).map(Number))
  if (parts.some(({ length }) => length === 0)) return undefined
  const furthest = (axis: number): number => parts.reduce((most, part) => Math.max(most, part[axis] ?? 0), 0)
  const first = (axis: number, extent: number | undefined): number => (extent !== undefined && furthest(axis) === extent ? 1 : 0)
  const [top, left, lowest] = [first(0, height), first(1, width), first(2, channels)]
  const shape = { height: height ?? furthest(0) + 1, width: width ?? furthest(1) + 1, channels }
  const places = parts.map(([row = 0, column = 0, channel = lowest]) => {
    const inside = row - top < shape.height && column - left < shape.width && channel - lowest < channels
    return inside ? ((row - top) * shape.width + column - left) * channels + channel - lowest : -1
  })
  return fitting(places, shape)
}

/** "pixel29": the 30th number of the image, or the 29th when the last name says that they count from 1. */
function byNumber(names: readonly string[], size: ImageSize): PixelPlaces | undefined {
  const numbers = names.map((name) => Number(/(\d+)$/.exec(name)?.[1] ?? Number.NaN))
  if (numbers.some(Number.isNaN)) return undefined
  const last = numbers.reduce((most, each) => Math.max(most, each), 0)
  const exact = shapeOfCount(last, size)
  const fromOne = exact !== undefined && !numbers.includes(0)
  const shape = fromOne ? exact : roundedUp(last + 1, size)
  return fitting(
    numbers.map((number) => (fromOne ? number - 1 : number)),
    shape,
  )
}

/** All pixels are there. */
function byOrder(names: readonly string[], size: ImageSize): PixelPlaces | undefined {
  const shape = shapeOfCount(names.length, size)
  return shape && fitting([...names.keys()], shape)
}

/** The shape with exactly this many numbers, as far as asked for; a square where nothing is. */
function shapeOfCount(count: number, { width, height, channels }: ImageSize): ImageShape | undefined {
  const pixels = count / channels
  const across = width ?? (height === undefined ? Math.sqrt(pixels) : pixels / height)
  const down = height ?? pixels / across
  return Number.isInteger(across) && Number.isInteger(down) && across * down === pixels
    ? { height: down, width: across, channels }
    : undefined
}

function roundedUp(count: number, { width, height, channels }: ImageSize): ImageShape {
  const pixels = Math.ceil(count / channels)
  const across = width ?? Math.ceil(height === undefined ? Math.sqrt(pixels) : pixels / height)
  return { height: height ?? (width === undefined ? across : Math.ceil(pixels / width)), width: across, channels }
}

/** Undefined when a place is outside, taken twice, or most places are empty. */
function fitting(places: readonly number[], shape: ImageShape): PixelPlaces | undefined {
  const size = shape.height * shape.width * shape.channels
  const inside = places.every((place) => place >= 0 && place < size)
  const each = new Set(places).size === places.length
  const enough = places.length >= leastFilled * size && Math.max(shape.height, shape.width) <= largest
  return inside && each && enough ? { ...shape, places: Int32Array.from(places) } : undefined
}

function refusal(columns: number, { width, height, channels }: ImageSize): Fault {
  const wanted =
    width === undefined && height === undefined ? 'a square image' : `an image of ${height ?? '?'} rows and ${width ?? '?'} columns`
  const words = `These ${columns} columns are not the pixels of ${wanted} with ${channels} number${channels > 1 ? 's' : ''} per pixel.`
  const hint = "Set params width, height and channels, name the columns by row and column ('pixel_0_5'), or use neural_network."
  return new Fault('invalid_input', `${words} ${hint}`)
}
