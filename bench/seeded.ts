/** Chance that repeats itself: the same seed draws the same numbers on every machine. */
import { seededRandom } from '../ml/evaluation/seeded-random.ts'

export interface Chance {
  /** Uniform in [0, 1). */
  next(): number
  /** Whole number in [0, below). */
  index(below: number): number
  /** One of them; throws for none. */
  pick<T>(items: readonly T[]): T
  shuffled<T>(items: readonly T[]): readonly T[]
}

export function chanceOf(seed: number): Chance {
  const next = seededRandom(seed)
  const index = (below: number): number => Math.floor(next() * below)
  const pick = <T>(items: readonly T[]): T => {
    for (const item of items.slice(index(items.length))) return item
    throw new Error('There is nothing to pick from.')
  }
  const shuffled = <T>(items: readonly T[]): readonly T[] =>
    items
      .map((item) => ({ item, order: next() }))
      .sort((left, right) => left.order - right.order)
      .map(({ item }) => item)
  return { next, index, pick, shuffled }
}
