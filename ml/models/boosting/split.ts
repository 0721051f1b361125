/**
 * Judges splits by the second-order gain G²/(H + l2) of both sides and lets a leaf answer -G/(H + l2), with G shrunk by l1
 * (Ke et al. 2017; Chen & Guestrin 2016, eq. 6 and 7). Categories are sorted by G/(H + smooth) and cut from both ends
 * (Fisher 1958), as in LightGBM. Rows of a bin are not counted: its share of the hessian tells them well enough.
 */
import type { HistogramKernel } from '../../kernels/histogram.ts'

export interface SplitRules {
  readonly l1: number
  readonly l2: number
  readonly minRows: number
  readonly minHessian: number
  readonly minGain: number
  /** Whether any column must be monotone: then every leaf has bounds. */
  readonly constrained: boolean
}

/** What is known of a leaf before it is split. */
export interface LeafSums {
  readonly g: number
  readonly h: number
  readonly rows: number
  /** Bounds of its value, from monotone splits above it. */
  readonly low: number
  readonly high: number
}

/** One column's part of a leaf's histogram: pairs of G and H in `heap`, from `at` on. */
export interface ColumnSums {
  readonly heap: Float64Array
  readonly at: number
  readonly bins: number
  readonly missing: boolean
  readonly monotone: number
}

/** A cut as four numbers: gain above that of no split, choice, gradient and hessian of the left side. Gain 0: none. */
export type Cut = readonly [gain: number, choice: number, g: number, h: number]
export const noCut: Cut = [0, 0, 0, 0]

/** LightGBM's defaults for categories. */
const smooth = 10
const categoryL2 = 10
const maxCategories = 32
const minInGroup = 100
const oneAgainstRest = 4

/** A gain below the rounding of its terms is no gain. */
const rounding = 1e-12

const shrunk = (g: number, l1: number): number => (l1 === 0 ? g : Math.sign(g) * Math.max(0, Math.abs(g) - l1))

const gain = (g: number, h: number, { l1, l2 }: Pick<SplitRules, 'l1' | 'l2'>): number => {
  const pull = shrunk(g, l1)
  return (pull * pull) / (h + l2)
}

/** What a leaf with these sums answers. */
export function leafValue({ g, h, low, high }: Omit<LeafSums, 'rows'>, { l1, l2 }: Pick<SplitRules, 'l1' | 'l2'>): number {
  return h + l2 > 0 ? Math.min(high, Math.max(low, -shrunk(g, l1) / (h + l2))) : 0
}

/** The least hessian of a side: minHessian, or what the fewest rows have on average. Above 0. */
function leastHessian({ h, rows }: LeafSums, { minRows, minHessian }: SplitRules): number {
  return Math.max(minHessian, ((minRows - 0.5) * h) / rows, Number.MIN_VALUE)
}

/** The cut with what it gains over no split, if that is more than minGain and more than rounding. */
function above({ g, h }: LeafSums, rules: SplitRules, [found, ...rest]: Cut): Cut {
  const gained = found - gain(g, h, rules)
  return gained > Math.max(rules.minGain, rounding * found) ? [gained, ...rest] : noCut
}

/** The best threshold, where nothing but l2 has a say: in the kernel. `totals` and `to` are byte offsets. */
export function cutByKernel(
  kernel: HistogramKernel,
  { heap, at, bins, missing }: ColumnSums,
  { leaf, rules, totals, to }: { readonly leaf: LeafSums; readonly rules: SplitRules; readonly totals: number; readonly to: number },
): Cut {
  kernel.bestThreshold(8 * at, bins, missing ? 1 : 0, totals, rules.l2, leastHessian(leaf, rules), to)
  const read = (i: number): number => heap[(to >>> 3) + i] ?? 0
  const cut: Cut = [read(0), read(1), read(2), read(3)]
  return above(leaf, rules, missing ? cut : withLargerSide(cut, leaf))
}

/** Nothing was missing here: what is missing later goes with the larger side. */
function withLargerSide([found, choice, g, h]: Cut, leaf: LeafSums): Cut {
  return [found, (choice & ~1) | (2 * h >= leaf.h ? 1 : 0), g, h]
}

/** The best threshold under l1 and monotone constraints, in the kernel's order. The choice is 2 * the last bin on the left + 1 where missing goes left. */
export function cutNumbers(column: ColumnSums, leaf: LeafSums, rules: SplitRules): Cut {
  const down = scanNumbers(column, leaf, { rules, step: -1 })
  if (!column.missing) return above(leaf, rules, withLargerSide(down, leaf))
  const up = scanNumbers(column, leaf, { rules, step: 1 })
  return above(leaf, rules, up[0] > down[0] ? up : down)
}

/** Down (-1) the right side grows bin by bin and missing is on the left; up it is the other way round. */
function scanNumbers(
  { heap, at, bins, monotone }: ColumnSums,
  leaf: LeafSums,
  { rules, step }: { readonly rules: SplitRules; readonly step: 1 | -1 },
): Cut {
  const least = leastHessian(leaf, rules)
  const [from, until] = step < 0 ? [bins - 1, 0] : [0, bins]
  let [near, nearH] = [0, 0]
  let best = noCut
  for (let bin = from; bin !== until; bin += step) {
    near += heap[at + 2 * bin] ?? 0
    nearH += heap[at + 2 * bin + 1] ?? 0
    if (nearH < least) continue
    if (leaf.h - nearH < least) break
    const [choice, g, h] = step < 0 ? [2 * (bin - 1) + 1, leaf.g - near, leaf.h - nearH] : [2 * bin, near, nearH]
    const found = gainOfSides(g, h, { leaf, rules, monotone })
    if (found > best[0]) best = [found, choice, g, h]
  }
  return best
}

/** Both sides together. Under constraints by the values that they may answer; 0 where those go the wrong way. */
function gainOfSides(
  g: number,
  h: number,
  { leaf, rules, monotone }: { readonly leaf: LeafSums; readonly rules: SplitRules; readonly monotone: number },
): number {
  const [restG, restH] = [leaf.g - g, leaf.h - h]
  if (!rules.constrained) return gain(g, h, rules) + gain(restG, restH, rules)
  const bounds = { low: leaf.low, high: leaf.high }
  const left = leafValue({ g, h, ...bounds }, rules)
  const right = leafValue({ g: restG, h: restH, ...bounds }, rules)
  if (monotone * (right - left) < 0) return 0
  return gainOfValue(left, g, { h, rules }) + gainOfValue(right, restG, { h: restH, rules })
}

const gainOfValue = (value: number, g: number, { h, rules }: { readonly h: number; readonly rules: SplitRules }): number =>
  -(2 * shrunk(g, rules.l1) * value + (h + rules.l2) * value * value)

/** The best set of categories; bin 0, missing or rare, is always on the right. `binsOfChoice` reads the choice. */
export function cutCategories(column: ColumnSums, leaf: LeafSums, rules: SplitRules): Cut {
  if (column.bins <= oneAgainstRest) return above(leaf, rules, bestSingle(column, leaf, rules))
  const order = sortedBins(column, leaf)
  const up = bestPrefix(column, order, { leaf, rules, reversed: 0 })
  const down = bestPrefix(column, order.toReversed(), { leaf, rules, reversed: 1 })
  return above(leaf, rules, down[0] > up[0] ? down : up)
}

/** Bins on the left, and the l2 that the children's values are shrunk by on top. */
export function binsOfChoice(
  column: ColumnSums,
  leaf: LeafSums,
  choice: number,
): { readonly bins: readonly number[]; readonly l2: number } {
  if (column.bins <= oneAgainstRest) return { bins: [choice], l2: 0 }
  const order = sortedBins(column, leaf)
  return { bins: (choice & 1 ? order.toReversed() : order).slice(0, choice >> 1), l2: categoryL2 }
}

/** Few categories: each against all others. The choice is the bin. */
function bestSingle({ heap, at, bins }: ColumnSums, leaf: LeafSums, rules: SplitRules): Cut {
  const least = leastHessian(leaf, rules)
  let best = noCut
  for (let bin = 1; bin < bins; bin++) {
    const [g, h] = [heap[at + 2 * bin] ?? 0, heap[at + 2 * bin + 1] ?? 0]
    if (h < least || leaf.h - h < least) continue
    const found = gainOfSides(g, h, { leaf, rules, monotone: 0 })
    if (found > best[0]) best = [found, bin, g, h]
  }
  return best
}

function sortedBins({ heap, at, bins }: ColumnSums, { h, rows }: LeafSums): readonly number[] {
  const rank = new Float64Array(bins)
  const frequent: number[] = []
  for (let bin = 1; bin < bins; bin++) {
    const hessian = heap[at + 2 * bin + 1] ?? 0
    rank[bin] = (heap[at + 2 * bin] ?? 0) / (hessian + smooth)
    if (hessian * rows >= (smooth - 0.5) * h) frequent.push(bin)
  }
  return frequent.sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0) || a - b)
}

/** Many categories: every cut of the order that leaves groups of some size. The choice is 2 * the bins taken + `reversed`. */
function bestPrefix(
  { heap, at }: ColumnSums,
  order: readonly number[],
  { leaf, rules, reversed }: { readonly leaf: LeafSums; readonly rules: SplitRules; readonly reversed: number },
): Cut {
  const shrinking = { ...rules, l2: rules.l2 + categoryL2 }
  const [least, group] = [leastHessian(leaf, rules), ((minInGroup - 0.5) * leaf.h) / leaf.rows]
  const most = Math.min(maxCategories, (order.length + 1) >> 1)
  let [g, h, inGroup] = [0, 0, 0]
  let best = noCut
  for (let taken = 0; taken < most; taken++) {
    const slot = at + 2 * (order[taken] ?? 0)
    g += heap[slot] ?? 0
    h += heap[slot + 1] ?? 0
    inGroup += heap[slot + 1] ?? 0
    if (leaf.h - h < group || leaf.h - h < least) break
    if (inGroup < group || h < least) continue
    inGroup = 0
    const found = gainOfSides(g, h, { leaf, rules: shrinking, monotone: 0 })
    if (found > best[0]) best = [found, 2 * (taken + 1) + reversed, g, h]
  }
  return best
}
