/**
 * Which rows train and which test, fold by fold: at random, at equal shares of each class, with groups kept together, by a
 * column, in time, or several of these one after the other. All are pure: same input and seed, same folds.
 */
import { seededRandom, shuffled } from './seeded-random.ts'

export interface Fold {
  /** "1", or the value of the fold column; "2.1" is the first fold of the second repeat. */
  readonly name: string
  readonly train: Uint32Array
  readonly test: Uint32Array
}

interface FoldWish {
  readonly folds: number
  readonly seed: number
}

/** Every row is tested once. */
export function kFolds(rows: number, { folds, seed }: FoldWish): readonly Fold[] {
  const of = new Int32Array(rows)
  for (const [position, row] of shuffled(rows, seededRandom(seed)).entries()) of[row] = position % folds
  return foldsOf(of, numbered(folds))
}

/** Every row is tested once and each fold has each class in its overall share, as near as whole rows allow. */
export function stratifiedFolds(target: Float64Array, { folds, seed }: FoldWish): readonly Fold[] {
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

/**
 * Several rounds of the same folds, each with a seed of its own: `make` is asked for one round. One round keeps its names;
 * of more, folds are called "round.fold". Folds by label or in time do not depend on a seed: repeating them says nothing new.
 */
export function repeatedFolds(
  { repeats, seed }: { readonly repeats: number; readonly seed: number },
  make: (seed: number) => readonly Fold[],
): readonly Fold[] {
  if (repeats <= 1) return make(seed)
  return Array.from({ length: repeats }, (_, round) => {
    /** The golden ratio's step spreads the seeds of rounds, so that seed 0 round 1 is not seed 1 round 0. */
    const own = round === 0 ? seed : (seed + Math.imul(round, 0x9e3779b9)) >>> 0
    return make(own).map(({ name, ...rows }) => ({ name: `${round + 1}.${name}`, ...rows }))
  }).flat()
}

export interface LackingFold {
  readonly fold: string
  readonly part: 'train' | 'test'
  /** Indexes of the classes that have no row in this part. */
  readonly classes: readonly number[]
}

/**
 * Folds in which some class has no row to learn from (the fit cannot know it) or none to test on (metrics such as roc_auc
 * are left out there). Empty when every class is everywhere.
 */
export function lackingFolds(folds: readonly Fold[], target: Float64Array, classes: number): readonly LackingFold[] {
  const absent = (rows: Uint32Array): readonly number[] => {
    const seen = new Uint8Array(classes)
    for (const row of rows) seen[target[row] ?? 0] = 1
    return Array.from({ length: classes }, (_, k) => k).filter((k) => seen[k] === 0)
  }
  return folds.flatMap(({ name, train, test }) => {
    const parts: readonly LackingFold[] = [
      { fold: name, part: 'train', classes: absent(train) },
      { fold: name, part: 'test', classes: absent(test) },
    ]
    return parts.filter((part) => part.classes.length > 0)
  })
}

export const numbered = (folds: number): readonly string[] => Array.from({ length: folds }, (_, i) => String(i + 1))

/** `of[row]` is the fold that tests the row; a row of none always trains. */
export function foldsOf(of: Int32Array, names: readonly string[]): readonly Fold[] {
  const rows = Uint32Array.from({ length: of.length }, (_, row) => row)
  return names.map((name, fold) => ({
    name,
    train: rows.filter((row) => of[row] !== fold),
    test: rows.filter((row) => of[row] === fold),
  }))
}
