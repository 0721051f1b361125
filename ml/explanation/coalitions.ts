/**
 * Coalitions for kernel SHAP (Lundberg & Lee 2017): subsets of columns with the weight that makes a weighted regression on
 * them give Shapley values. Small and large subsets weigh most and are few: they are taken whole while they last, and
 * what is left of the budget is drawn, each subset together with its complement.
 */

export interface Coalitions {
  readonly count: number
  /** `count x columns`: 1 where the coalition holds the column. */
  readonly holds: Uint8Array
  /** They add up to 1. */
  readonly weights: Float64Array
}

/** Neither empty nor whole subsets of `columns` (at least 2), at most about `budget` of them. */
export function chooseCoalitions(columns: number, budget: number, random: () => number): Coalitions {
  const chosen = new Map<string, { readonly held: Uint8Array; weight: number }>()
  const add = (held: Uint8Array, weight: number): void => {
    const key = held.join('')
    const known = chosen.get(key)
    if (known === undefined) chosen.set(key, { held, weight })
    else known.weight += weight
  }
  const left = takeWholeSizes(columns, budget, add)
  if (left.sizes.length > 0) drawPairs(columns, left, { random, add })
  const all = [...chosen.values()]
  const total = all.reduce((sum, { weight }) => sum + weight, 0)
  const holds = new Uint8Array(all.length * columns)
  for (const [at, { held }] of all.entries()) holds.set(held, at * columns)
  return { count: all.length, holds, weights: Float64Array.from(all, ({ weight }) => weight / total) }
}

type Add = (held: Uint8Array, weight: number) => void

/** A size and its complement's, with the share of the kernel that falls on both. */
interface Size {
  readonly size: number
  readonly share: number
}

interface Left {
  readonly budget: number
  readonly sizes: readonly Size[]
}

/** The kernel weighs all subsets of a size s together by 1 / (s (columns - s)). */
function takeWholeSizes(columns: number, budget: number, add: Add): Left {
  const sizes: Size[] = []
  for (let size = 1; size <= columns / 2; size++) {
    const both = 2 * size < columns ? 2 : 1
    sizes.push({ size, share: both / (size * (columns - size)) })
  }
  let free = budget
  while (sizes[0] !== undefined) {
    const { size, share } = sizes[0]
    const shares = sizes.reduce((sum, each) => sum + each.share, 0)
    const count = (2 * size < columns ? 2 : 1) * choose(columns, size)
    /** Drawing would give each of these subsets less than one chance. */
    if ((free * share) / shares < count * (1 - 1e-8)) break
    for (const held of subsets(columns, size)) {
      add(held, share / count)
      if (2 * size < columns) add(complement(held), share / count)
    }
    free -= count
    sizes.shift()
  }
  return { budget: free, sizes }
}

function drawPairs(columns: number, { budget, sizes }: Left, { random, add }: { readonly random: () => number; readonly add: Add }): void {
  const shares = sizes.reduce((sum, each) => sum + each.share, 0)
  const draws = Math.max(1, Math.floor(budget / 2))
  const order = Uint32Array.from({ length: columns }, (_, i) => i)
  for (let draw = 0; draw < draws; draw++) {
    const held = drawSubset(order, drawSize(sizes, random() * shares), random)
    add(held, shares / (2 * draws))
    add(complement(held), shares / (2 * draws))
  }
}

/** The size on whose stretch of the shares, laid end to end, `at` falls. */
function drawSize(sizes: readonly Size[], at: number): number {
  let end = 0
  for (const { size, share } of sizes) {
    end += share
    if (at < end) return size
  }
  return sizes[0]?.size ?? 1
}

/** `order` holds all columns and is left in another order (Fisher & Yates, as far as needed). */
function drawSubset(order: Uint32Array, size: number, random: () => number): Uint8Array {
  const held = new Uint8Array(order.length)
  for (let i = 0; i < size; i++) {
    const j = i + Math.floor(random() * (order.length - i))
    const column = order[j] ?? 0
    order[j] = order[i] ?? 0
    order[i] = column
    held[column] = 1
  }
  return held
}

const complement = (held: Uint8Array): Uint8Array => held.map((bit) => 1 - bit)

function choose(n: number, k: number): number {
  let ways = 1
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i
  return Math.round(ways)
}

/** Every subset of a size, in lexical order. */
function* subsets(columns: number, size: number): Generator<Uint8Array> {
  const places = Array.from({ length: size }, (_, i) => i)
  for (;;) {
    const held = new Uint8Array(columns)
    for (const place of places) held[place] = 1
    yield held
    let last = size - 1
    while (last >= 0 && places[last] === columns - size + last) last--
    if (last < 0) return
    const from = (places[last] ?? 0) + 1
    for (let i = last; i < size; i++) places[i] = from + i - last
  }
}
