/** Results that are pictures by their shape: learning curves, how an answer follows a column, swarms of contributions, grids of shades. */
import { number } from '../format.ts'
import { isList, isRecord, type Json, listAt, numberAt, textAt } from '../json.ts'
import type { Block, Point } from './shape.ts'

export interface Series {
  readonly name: string
  readonly points: readonly Point[]
}

export interface Swarm {
  readonly label: string
  readonly points: readonly { readonly x: number; readonly shade: number | null }[]
}

/** Grey levels, 0 to 1, row by row. */
export interface Grid {
  readonly name: string
  readonly cells: readonly (readonly number[])[]
}

/** Records that count steps: one line for each other number in them, losses apart from rates and shares. */
export function learningCurves(title: string, list: readonly Json[]): readonly Block[] | undefined {
  if (list.length < 2 || !list.every((item) => numberAt(item, 'step') !== undefined)) return undefined
  const names = [...new Set(list.flatMap((item) => Object.keys(item)))].filter(
    (name) => name !== 'step' && list.every(({ [name]: value }) => value === undefined || typeof value === 'number'),
  )
  const series = names.map((name) => ({
    name,
    points: list.flatMap((item): readonly Point[] => {
      const [x, y] = [numberAt(item, 'step'), numberAt(item, name)]
      return x === undefined || y === undefined ? [] : [[x, y]]
    }),
  }))
  if (series.length === 0) return undefined
  const sorts = Map.groupBy(series, ({ name }) => name.slice(name.lastIndexOf('_') + 1))
  return [...sorts.values()].map((alike, index) => ({
    kind: 'lines',
    title: index === 0 ? title : alike.map(({ name }) => name).join(' and '),
    x: 'step',
    series: alike,
    faint: [],
  }))
}

/** Height, width and channels as one text: 8 × 8 × 3. */
export function sized([key, value]: readonly [string, unknown]): readonly [string, unknown] {
  if (!isRecord(value) || Object.keys(value).length !== 3) return [key, value]
  const sides = [value.height, value.width, value.channels]
  return sides.every((side) => typeof side === 'number') ? [key, sides.join(' × ')] : [key, value]
}

/** A mean answer over the values of one column, with the answers of single rows behind it. */
export function dependence(data: Json): Block | undefined {
  const [axis, second] = listAt(data, 'axes')
  const { mean, lines } = data
  const feature = textAt(axis, 'feature')
  if (second !== undefined) return together(axis, second, mean)
  if (feature === undefined || !isList(mean) || !mean.every((value) => typeof value === 'number')) return undefined
  const values = listAt(axis, 'values')
  if (!values.every((value) => typeof value === 'number'))
    return { kind: 'bars', title: feature, bars: values.map((value, i) => ({ label: String(value), value: mean[i] ?? 0 })) }
  const line = (answers: readonly unknown[]): readonly Point[] =>
    answers.flatMap((y, i): readonly Point[] => (typeof y === 'number' ? [[values[i] ?? 0, y]] : []))
  const faint = isList(lines) ? lines.filter(isList).slice(0, 40).map(line) : []
  return { kind: 'lines', title: '', x: feature, series: [{ name: 'mean answer', points: line(mean) }], faint }
}

/** A mean answer over the values of two columns. */
function together(first: unknown, second: unknown, mean: unknown): Block | undefined {
  if (!isList(mean) || !isGrid(mean)) return undefined
  const words = (axis: unknown): readonly string[] =>
    listAt(axis, 'values').map((value) => (typeof value === 'number' ? number(value) : String(value)))
  const [down, across] = [words(first), words(second)]
  if (mean.length !== down.length || !mean.every((row) => row.length === across.length)) return undefined
  const title = `${textAt(first, 'feature') ?? ''} down, ${textAt(second, 'feature') ?? ''} across`
  return { kind: 'heat', title, down, across, cells: mean }
}

/** Columns with the contribution each row got from them. */
export function swarms(title: string, list: readonly Json[]): Block | undefined {
  const rows = list.map((item): Swarm | undefined => {
    const label = textAt(item, 'feature')
    const points = listAt(item, 'points').flatMap((point) => {
      const x = numberAt(point, 'shap')
      return x === undefined ? [] : [{ x, shade: numberAt(point, 'shade') ?? null }]
    })
    return label === undefined || points.length === 0 ? undefined : { label, points }
  })
  return rows.every((row) => row !== undefined) ? { kind: 'swarm', title, rows: rows.slice(0, 20) } : undefined
}

/** Records that hold a grid of grey levels, such as filters and feature maps. */
export function grids(title: string, list: readonly Json[]): Block | undefined {
  const images = list.map((item, index): Grid | undefined => {
    const cells = cellsOf(item)
    return cells === undefined ? undefined : { name: textAt(item, 'name') ?? placeOf(item) ?? String(index + 1), cells }
  })
  return images.length > 0 && images.every((image) => image !== undefined) ? { kind: 'images', title, images } : undefined
}

const geometry = new Set(['width', 'height', 'low', 'high'])

/** "filter 3". */
function placeOf(item: Json): string | undefined {
  const [place] = Object.entries(item).filter(([key, value]) => !geometry.has(key) && typeof value === 'number')
  return place === undefined ? undefined : `${place[0]} ${String(place[1])}`
}

/** Rows of grey levels: as lists in a list, or as one list with its width and height beside it. */
function cellsOf(item: Json): Grid['cells'] | undefined {
  if (isGrid(item.pixels)) return item.pixels
  const { values } = item
  const [wide, high] = [numberAt(item, 'width') ?? 0, numberAt(item, 'height') ?? 0]
  if (wide < 1 || !isList(values) || values.length !== wide * high || !values.every((cell) => typeof cell === 'number')) return undefined
  return Array.from({ length: high }, (_, row) => values.slice(row * wide, (row + 1) * wide))
}

const isGrid = (value: unknown): value is readonly (readonly number[])[] =>
  isList(value) && value.length > 1 && value.every((row) => isList(row) && row.length > 1 && row.every((cell) => typeof cell === 'number'))

/** Whether lists of lists are grey levels: for results that hold grids without records around them. */
export function bareGrids(title: string, list: readonly unknown[]): Block | undefined {
  const isPictures =
    list.length > 0 && list.every(isGrid) && list.every((grid) => grid.every((row) => row.every((cell) => cell >= 0 && cell <= 1)))
  return isPictures ? { kind: 'images', title, images: list.map((cells, index) => ({ name: String(index + 1), cells })) } : undefined
}
