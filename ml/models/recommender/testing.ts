/** Events for tests: users of a few tastes, each of whom takes mostly what their taste likes. */
import { seededRandom } from '../../evaluation/seeded-random.ts'
import type { Problem } from '../problem.ts'

export interface Event {
  readonly user: number
  readonly item: number
  readonly value: number
}

/** A user likes the items whose number leaves the same rest by `tastes`; items of low number are popular. */
export function tasteEvents({
  users,
  items,
  tastes,
  seed,
}: {
  users: number
  items: number
  tastes: number
  seed: number
}): readonly Event[] {
  const random = seededRandom(seed)
  const pairs = Array.from({ length: users * items }, (_, i) => ({ user: Math.floor(i / items), item: i % items }))
  return pairs.flatMap(({ user, item }) => {
    const liked = user % tastes === item % tastes
    const popular = 1 - item / items
    return random() < popular * (liked ? 0.6 : 0.05) ? [{ user, item, value: 1 + Math.floor(3 * random()) }] : []
  })
}

/** Users and items as texts u0, u1 …, i0, i1 …; `counts` is how many of each there are. */
export function eventsProblem(events: readonly Event[], counts: { readonly users: number; readonly items: number }): Problem {
  const levels = (letter: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${letter}${i}`)
  return {
    task: 'recommendation',
    classes: 0,
    target: new Float64Array(0),
    rows: events.length,
    columns: [
      { name: 'user', type: 'category', levels: levels('u', counts.users) },
      { name: 'item', type: 'category', levels: levels('i', counts.items) },
      { name: 'value', type: 'number' },
    ],
    values: [
      Float64Array.from(events, ({ user }) => user),
      Float64Array.from(events, ({ item }) => item),
      Float64Array.from(events, ({ value }) => value),
    ],
  }
}
