import { describe, expect, it } from 'vitest'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import { solvePositive } from './linear/cholesky.ts'
import { decodeValue, encodeValue } from './model-bytes.ts'
import { type Problem, takeRows } from './problem.ts'
import { gram, solveSide } from './recommender/als.ts'
import { interactionsOf, transposed } from './recommender/interactions.ts'
import { advisor, type Recommender, recommenderSchema } from './recommender/recommend.ts'
import { type Event, eventsProblem, tasteEvents } from './recommender/testing.ts'
import { recommender } from './recommender.ts'

const control = { seed: 0, progress: () => undefined }
const counts = { users: 60, items: 40 }
const events = tasteEvents({ ...counts, tastes: 4, seed: 1 })
const problem = eventsProblem(events, counts)
const small = { factors: 6, iterations: 8 }

const learned = (given: Problem, params: object = small): Recommender => recommenderSchema.parse(recommender.fit(given, params, control))

function preference(model: Recommender, given: Problem, ...row: number[]): number {
  const scores = new Float64Array(1)
  recommender.scorer(model, { columns: given.columns, task: given.task, classes: 0 })(Float64Array.from(row), scores)
  return scores[0] ?? Number.NaN
}

describe('recommender', () => {
  it('lowers its loss with every sweep', () => {
    const losses: number[] = []
    recommender.fit(problem, { factors: 12 }, { seed: 2, progress: (_, point) => void losses.push(point?.loss ?? 0) })
    expect(losses).toHaveLength(15)
    expect(losses).toEqual(losses.toSorted((a, b) => b - a))
  })

  it('ranks new items better than popularity does', () => {
    const order = shuffled(problem.rows, seededRandom(3))
    const train = takeRows(problem, order.subarray(0, Math.floor(0.8 * order.length)))
    const test = takeRows(problem, order.subarray(train.rows))
    const quality = recommender.measure?.(learned(train), { ...problem, classes: 0 }, { train, test }) ?? {}
    expect(Object.keys(quality).sort()).toEqual(['ndcg@10', 'recall@10', 'map@10'].flatMap((name) => [name, `baseline_${name}`]).sort())
    for (const name of ['ndcg@10', 'recall@10', 'map@10'])
      expect(quality[name]).toBeGreaterThan(1.2 * (quality[`baseline_${name}`] ?? Number.NaN))
  })

  it('gives the same bytes for the same seed, and after a kill at any sweep', () => {
    const states: unknown[] = []
    const save = (state: () => unknown): void => void states.push(structuredClone(state()))
    const whole = encodeValue(recommender.fit(problem, small, { ...control, checkpoint: { save } }))
    expect(encodeValue(recommender.fit(problem, small, control))).toEqual(whole)
    expect(states).toHaveLength(8)
    for (const restored of states)
      expect(encodeValue(recommender.fit(problem, small, { ...control, checkpoint: { restored, save: () => undefined } }))).toEqual(whole)
  })

  it('does not care in which order the events stand', () => {
    const turned = learned(takeRows(problem, shuffled(problem.rows, seededRandom(8))))
    expect(encodeValue(turned)).toEqual(encodeValue(learned(problem)))
  })

  it('scores what a user took near 1, and an unknown item 0', () => {
    const model = learned(problem)
    const taken = events.filter(({ item }) => item < 8).slice(0, 50)
    const mean = taken.reduce((sum, { user, item }) => sum + preference(model, problem, user, item, 1), 0) / taken.length
    expect(mean).toBeGreaterThan(0.6)
    expect(preference(model, problem, 0, -1, 1)).toBe(0)
    expect(preference(model, problem, 0, Number.NaN, 1)).toBe(0)
  })

  it('takes a stranger for the average user', () => {
    const model = learned(problem)
    const all = Array.from({ length: counts.users }, (_, user) => preference(model, problem, user, 3, 1))
    const stranger = preference(model, problem, -1, 3, 1)
    expect(stranger).toBeCloseTo(all.reduce((sum, score) => sum + score, 0) / counts.users, 12)
    expect(preference(model, problem, Number.NaN, 3, 1)).toBe(stranger)
  })

  it('survives the way through bytes', () => {
    const model = learned(problem)
    expect(recommenderSchema.parse(decodeValue(encodeValue(model)))).toEqual(model)
  })

  it('refuses a model whose parts do not fit together', () => {
    const model = learned(problem)
    const shape = { columns: problem.columns, task: problem.task, classes: 0 }
    const broken = [
      { ...model, factors: 7 },
      { ...model, seen: model.seen.map(() => 99) },
      { ...model, starts: model.starts.toReversed() },
      { ...model, roles: { user: 2, item: 1, value: -1 } },
    ]
    for (const each of broken) expect(() => recommender.scorer(each, shape)).toThrow(RangeError)
  })
})

describe('recommending', () => {
  const { recommend, similarItems } = advisor(learned(problem), problem.columns)
  const seen = new Set(events.filter(({ user }) => user === 5).map(({ item }) => `i${item}`))

  it('names new items for a user, best first, mostly of their taste', () => {
    const { known, items } = recommend('u5', { count: 5, excludeSeen: true })
    expect(known).toBe(true)
    expect(items).toHaveLength(5)
    expect(items.some(({ item }) => seen.has(String(item)))).toBe(false)
    expect(items.map(({ score }) => score)).toEqual(items.map(({ score }) => score).toSorted((a, b) => b - a))
    expect(Number(String(items[0]?.item).slice(1)) % 4).toBe(1)
  })

  it('names what was taken before when asked to', () => {
    const { items } = recommend('u5', { count: 5, excludeSeen: false })
    expect(items.some(({ item }) => seen.has(String(item)))).toBe(true)
  })

  const takers = (name: string): number => events.filter(({ item }) => `i${item}` === name).length

  it('gives a stranger what most would like, and says so', () => {
    const { known, items } = recommend('nobody', { count: 3, excludeSeen: true })
    expect(known).toBe(false)
    expect(items).toHaveLength(3)
    expect(items.every(({ item }) => takers(String(item)) > events.length / counts.items)).toBe(true)
  })

  it('finds items that the same users take', () => {
    const { items } = similarItems('i2', 4)
    expect(items.map(({ item }) => Number(String(item).slice(1)) % 4)).toEqual([2, 2, 2, 2])
    expect(items[0]?.score).toBeLessThanOrEqual(1 + 1e-12)
    expect(similarItems('never', 4)).toEqual({ known: false, items: [] })
  })
})

describe('reading events', () => {
  const table = (rows: readonly Event[]): Problem => eventsProblem(rows, { users: 3, items: 3 })

  it('adds up what a user does with an item, and passes over what names nobody', () => {
    const given = table([
      { user: 0, item: 1, value: 2 },
      { user: 0, item: 1, value: 3 },
      { user: 2, item: 0, value: Number.NaN },
      { user: Number.NaN, item: 0, value: 1 },
      { user: 1, item: 2, value: 0 },
    ])
    const ids = { users: { type: 'category', count: 3 }, items: { type: 'category', count: 3 } } as const
    const seen = interactionsOf(given, { user: 0, item: 1, value: 2 }, ids)
    expect(seen).toEqual({ starts: Uint32Array.of(0, 1, 1, 2), columns: Uint32Array.of(1, 0), values: Float64Array.of(5, 1) })
    expect(transposed(seen, 3)).toEqual({
      starts: Uint32Array.of(0, 1, 2, 2),
      columns: Uint32Array.of(2, 0),
      values: Float64Array.of(1, 5),
    })
  })

  it('takes whole numbers for ids, and gives them back', () => {
    const given: Problem = {
      ...problem,
      columns: [
        { name: 'customer_id', type: 'number' },
        { name: 'product_id', type: 'number' },
      ],
      values: [
        problem.values[0]?.map((user) => 1000 + user) ?? new Float64Array(0),
        problem.values[1]?.map((item) => 7 * item) ?? new Float64Array(0),
      ],
    }
    const model = learned(given)
    const { recommend } = advisor(model, given.columns)
    expect(recommend(1005, { count: 1, excludeSeen: true }).known).toBe(true)
    expect(Number(recommend('1005', { count: 1, excludeSeen: true }).items[0]?.item) % 28).toBe(7)
    const far = { ...given, values: [Float64Array.from(given.values[0] ?? [], () => 2 ** 53 + 2), given.values[1] ?? new Float64Array(0)] }
    expect(() => learned(far)).toThrow(/'customer_id' holds numbers beyond 2\^53/)
  })

  it('finds users and items by usual names, else by the order of text columns', () => {
    const renamed = (a: string, b: string): Problem => ({
      ...problem,
      columns: problem.columns.map((column, i) => ({ ...column, name: [a, b, 'amount'][i] ?? '' })),
    })
    expect(learned(renamed('product', 'customer')).roles).toEqual({ user: 1, item: 0, value: -1 })
    expect(learned(renamed('who', 'what')).roles).toEqual({ user: 0, item: 1, value: -1 })
    expect(learned(renamed('who', 'what'), { ...small, user_column: 'what', value_column: 'amount' }).roles).toEqual({
      user: 1,
      item: 0,
      value: 2,
    })
  })

  it('says what is wrong with columns it cannot use', () => {
    expect(() => learned(problem, { user_column: 'buyer' })).toThrow("There is no column 'buyer' for user_column")
    expect(() => learned(problem, { user_column: 'item' })).toThrow('must be different columns')
    expect(() => learned(problem, { value_column: 'item', item_column: 'value' })).toThrow('holds text, not the strength')
    expect(() => learned({ ...problem, columns: problem.columns.slice(2), values: problem.values.slice(2) })).toThrow('a column of users')
    expect(() => learned(table([{ user: 0, item: 0, value: -1 }]))).toThrow("Column 'value' holds -1")
    expect(() => learned(table([{ user: 0, item: 0, value: 0 }]))).toThrow('nothing can be learned')
  })
})

describe('alternating least squares', () => {
  it('solves for a user what Cholesky solves, given steps enough', () => {
    const factors = 5
    const random = seededRandom(4)
    const other = Float64Array.from({ length: 8 * factors }, () => random() - 0.5)
    const seen = { starts: Uint32Array.of(0, 3), columns: Uint32Array.of(1, 4, 7), values: Float64Array.of(1, 3, 2) }
    const options = { factors, alpha: 10, regularization: 0.1, steps: 40 }
    const own = new Float64Array(factors)
    solveSide(seen, own, other, options)

    const matrix = gram(other, factors)
    const right = new Float64Array(factors)
    for (const [k, item] of seen.columns.entries()) {
      const confidence = 1 + 10 * (seen.values[k] ?? 0)
      const y = other.subarray(item * factors, (item + 1) * factors)
      for (let i = 0; i < factors; i++) {
        right[i] = (right[i] ?? 0) + confidence * (y[i] ?? 0)
        matrix[i * factors + i] = (matrix[i * factors + i] ?? 0) + 0.1 * confidence
        for (let j = 0; j < factors; j++)
          matrix[i * factors + j] = (matrix[i * factors + j] ?? 0) + (confidence - 1) * (y[i] ?? 0) * (y[j] ?? 0)
      }
    }
    const exact = solvePositive(matrix, right) ?? []
    expect([...own]).toEqual(Array.from(exact, (value) => expect.closeTo(value, 8)))
  })
})
