/** Which rows train and which test, fold by fold: at random, at equal shares of each class, by a column, or in time. */
import { seededRandom, shuffled } from './seeded-random.ts'

export interface Fold {
  /** "1", or the value of the fold column. */
  readonly name: string
  readonly train: Uint32Array
  readonly test: Uint32Array
}

/** Every row is tested once. */
export function kFolds(rows: number, { folds, seed }: { readonly folds: number; readonly seed: number }): readonly Fold[] {
  const of = new Int32Array(rows)
  for (const [position, row] of shuffled(rows, seededRandom(seed)).entries()) of[row] = position % folds
  return foldsOf(of, numbered(folds))
}

/** Every row is tested once and each fold has each class in its overall share, as near as whole rows allow. */
export function stratifiedFolds(target: Float64Array, { folds, seed }: { readonly folds: number; readonly seed: number }): readonly Fold[] {
  const of = new Int32Array(target.length)
  const dealt = new Map<number, number>()
  let offset = 0
  for (const row of shuffled(target.length, seededRandom(seed))) {
    const value = target[row] ?? 0
    /** Each class starts dealing one fold later than the class before it, so that small classes do not all land in the first. */
    const position = dealt.get(value) ?? offset++
    of[row] = position % folds
    dealt.set(value, position + 1)
  }
  return foldsOf(of, numbered(folds))
}

/** One fold per distinct label, in the order of `names`; a row with label -1 is never tested and always trains. */
export function labelledFolds(labels: Int32Array, names: readonly string[]): readonly Fold[] {
  return foldsOf(labels, names).filter(({ test }) => test.length > 0)
}

/** Each fold tests on the stretch of time after all it trains on; the first stretch only trains. Equal times stay together. */
export function timeFolds(times: Float64Array, folds: number): readonly Fold[] {
  const order = Uint32Array.from({ length: times.length }, (_, row) => row).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
  const cuts = Array.from({ length: folds + 2 }, (_, i) => Math.round((i * order.length) / (folds + 1)))
  const settled = cuts.map((cut) => {
    let at = cut
    while (at > 0 && at < order.length && times[order[at] ?? 0] === times[order[at - 1] ?? 0]) at++
    return at
  })
  return numbered(folds)
    .map((name, i) => ({ name, train: order.slice(0, settled[i + 1]), test: order.slice(settled[i + 1], settled[i + 2]) }))
    .filter(({ train, test }) => train.length > 0 && test.length > 0)
}

const numbered = (folds: number): readonly string[] => Array.from({ length: folds }, (_, i) => String(i + 1))

function foldsOf(of: Int32Array, names: readonly string[]): readonly Fold[] {
  const rows = Uint32Array.from({ length: of.length }, (_, row) => row)
  return names.map((name, fold) => ({
    name,
    train: rows.filter((row) => of[row] !== fold),
    test: rows.filter((row) => of[row] === fold),
  }))
}
