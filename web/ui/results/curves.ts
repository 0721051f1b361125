/** Lists that are curves and tables that are confusion matrices, told by their keys and shapes. */
import { isList, type Json, numberAt } from '../json.ts'
import type { Block, Point } from './shape.ts'

export function matrixOf(key: string, value: Json): Block | undefined {
  const cells = value.matrix ?? value.counts ?? value.cells
  const labels = value.labels ?? value.classes
  if (!isList(cells) || !isList(labels) || cells.length !== labels.length || labels.length > 20) return undefined
  const rows = cells.map((row) => (isList(row) && row.length === labels.length ? row.filter((cell) => typeof cell === 'number') : []))
  return rows.every((row) => row.length === labels.length)
    ? { kind: 'matrix', title: key, labels: labels.map(String), cells: rows }
    : undefined
}

const axes: readonly { readonly pair: readonly [string, string]; readonly diagonal: boolean }[] = [
  { pair: ['fpr', 'tpr'], diagonal: true },
  { pair: ['recall', 'precision'], diagonal: false },
  { pair: ['predicted', 'observed'], diagonal: true },
  { pair: ['share', 'gain'], diagonal: true },
]

/** Records of two numbers under a name that says curve; at least eight of them where the two have no known names. */
export function curveOf(key: string, list: readonly Json[]): Block | undefined {
  if (list.length < 2 || !/curve|roc|recall|calibration|lift|gain/i.test(key)) return undefined
  const names = Object.keys(list[0] ?? {})
  const known = axes.find(({ pair }) => pair.every((name) => names.includes(name)))
  const [x, y] = known?.pair ?? names
  if (x === undefined || y === undefined || (known === undefined && list.length < 8)) return undefined
  const points = list.map((item): Point => [numberAt(item, x) ?? Number.NaN, numberAt(item, y) ?? Number.NaN])
  return points.every(([px, py]) => Number.isFinite(px) && Number.isFinite(py))
    ? { kind: 'curve', title: key, x, y, points, ...(known?.diagonal && { diagonal: true }) }
    : undefined
}

export function pointsOf(list: readonly unknown[]): readonly Point[] | undefined {
  const points = list.map((item): Point | undefined => {
    if (!isList(item) || item.length !== 2) return undefined
    const [x, y] = item
    return typeof x === 'number' && typeof y === 'number' ? [x, y] : undefined
  })
  return points.every((point) => point !== undefined) ? points : undefined
}
