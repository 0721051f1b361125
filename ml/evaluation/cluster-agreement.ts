/**
 * How far two ways of grouping the same rows agree, whatever the groups are called: by shared information (Rosenberg &
 * Hirschberg 2007; Vinh, Epps & Bailey 2010) and by shared pairs (Fowlkes & Mallows 1983), in scikit-learn's definitions.
 */

export interface ClusterAgreement {
  /** Whether each found group holds one true group only. 0 to 1, as all but ami. */
  readonly homogeneity: number
  /** Whether each true group lies in one found group. */
  readonly completeness: number
  /** Harmonic mean of the two; the normalised mutual information by the arithmetic mean is the same number. */
  readonly v_measure: number
  /** Mutual information beyond what chance gives, 1 for equal groupings, about 0 for unrelated ones. */
  readonly ami: number
  readonly fowlkes_mallows: number
}

/** Group codes of the same rows. Time: found groups x true groups, and for ami the rows once more. */
export function clusterAgreement(truth: Int32Array, found: Int32Array): ClusterAgreement {
  const { cells, left, right, rows } = contingency(truth, found)
  const information = mutualInformation(cells, left, right, rows)
  const [trueEntropy, foundEntropy] = [entropy(left, rows), entropy(right, rows)]
  const homogeneity = trueEntropy === 0 ? 1 : information / trueEntropy
  const completeness = foundEntropy === 0 ? 1 : information / foundEntropy
  const v = homogeneity + completeness === 0 ? 0 : (2 * homogeneity * completeness) / (homogeneity + completeness)
  const expected = expectedInformation(left, right, rows)
  const most = (trueEntropy + foundEntropy) / 2
  const alike = most === 0 || most === expected
  return {
    homogeneity,
    completeness,
    v_measure: v,
    ami: alike ? 1 : (information - expected) / (most - expected),
    fowlkes_mallows: fowlkesMallows(cells, left, right, rows),
  }
}

interface Contingency {
  readonly cells: readonly { readonly i: number; readonly j: number; readonly count: number }[]
  readonly left: readonly number[]
  readonly right: readonly number[]
  readonly rows: number
}

function contingency(truth: Int32Array, found: Int32Array): Contingency {
  const cells = new Map<string, { i: number; j: number; count: number }>()
  const names = [new Map<number, number>(), new Map<number, number>()] as const
  const sums: [number[], number[]] = [[], []]
  const place = (side: 0 | 1, code: number): number => {
    const at = names[side].get(code) ?? names[side].size
    names[side].set(code, at)
    sums[side][at] = (sums[side][at] ?? 0) + 1
    return at
  }
  for (let row = 0; row < truth.length; row++) {
    const i = place(0, truth[row] ?? 0)
    const j = place(1, found[row] ?? 0)
    const cell = cells.get(`${i},${j}`) ?? { i, j, count: 0 }
    cell.count++
    cells.set(`${i},${j}`, cell)
  }
  return { cells: [...cells.values()], left: sums[0], right: sums[1], rows: truth.length }
}

function mutualInformation(cells: Contingency['cells'], left: readonly number[], right: readonly number[], rows: number): number {
  const sum = cells.reduce((all, { i, j, count }) => {
    const chance = ((left[i] ?? 0) * (right[j] ?? 0)) / rows
    return all + (count / rows) * Math.log(count / chance)
  }, 0)
  return Math.max(0, sum)
}

function entropy(sizes: readonly number[], rows: number): number {
  return -sizes.reduce((sum, size) => sum + (size / rows) * Math.log(size / rows), 0)
}

/** Of random groupings with the same sizes: each cell is hypergeometric. */
function expectedInformation(left: readonly number[], right: readonly number[], rows: number): number {
  const logs = new Float64Array(rows + 1)
  for (let n = 1; n <= rows; n++) logs[n] = (logs[n - 1] ?? 0) + Math.log(n)
  const log = (n: number): number => logs[n] ?? 0
  let sum = 0
  for (const a of left) {
    for (const b of right) {
      const fixed = log(a) + log(b) + log(rows - a) + log(rows - b) - log(rows)
      for (let n = Math.max(1, a + b - rows); n <= Math.min(a, b); n++) {
        const chance = Math.exp(fixed - log(n) - log(a - n) - log(b - n) - log(rows - a - b + n))
        sum += (n / rows) * Math.log((rows * n) / (a * b)) * chance
      }
    }
  }
  return sum
}

function fowlkesMallows(cells: Contingency['cells'], left: readonly number[], right: readonly number[], rows: number): number {
  const pairs = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count * count, -rows)
  const both = pairs(cells.map(({ count }) => count))
  return both === 0 ? 0 : Math.sqrt(both / pairs(left)) * Math.sqrt(both / pairs(right))
}
