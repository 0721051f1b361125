/** Tables for tests, made from a seed: what decides the answer is known. */
import type { CategoryColumn, Column, Frame, NumberColumn } from '../data/frame.ts'
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { FoldScore } from './jobs.ts'

export const numberColumn = (name: string, values: readonly (number | null)[]): NumberColumn => ({
  name,
  type: 'number',
  values: Float64Array.from(values, (value) => value ?? Number.NaN),
})

export function textColumn(name: string, values: readonly (string | null)[]): CategoryColumn {
  const levels = [...new Set(values.filter((value) => value !== null))].sort()
  return { name, type: 'category', codes: Int32Array.from(values, (value) => (value === null ? -1 : levels.indexOf(value))), levels }
}

export const frameOf = (...columns: readonly Column[]): Frame => ({
  rows: columns[0] === undefined ? 0 : columns[0].type === 'number' ? columns[0].values.length : columns[0].codes.length,
  columns,
})

/** Who leaves: mostly the old and those on the plan 'pro'. `noise` decides nothing; some plans are missing. */
export function customers(rows: number, seed: number): Frame {
  const random = seededRandom(seed)
  const people = Array.from({ length: rows }, () => {
    const age = Math.round(18 + 60 * random())
    const plan = ['basic', 'plus', 'pro'][Math.floor(3 * random())] ?? 'basic'
    const leaves = random() < 1 / (1 + Math.exp(-(age - 45) / 8 - (plan === 'pro' ? 2 : -1)))
    return { age, plan: random() < 0.1 ? null : plan, noise: random(), churned: leaves ? 'yes' : 'no' }
  })
  return frameOf(
    numberColumn(
      'age',
      people.map(({ age }) => age),
    ),
    textColumn(
      'plan',
      people.map(({ plan }) => plan),
    ),
    numberColumn(
      'noise',
      people.map(({ noise }) => noise),
    ),
    textColumn(
      'churned',
      people.map(({ churned }) => churned),
    ),
  )
}

/** A price: 100 per room, 50 more in the 'old town', a little noise. */
export function flats(rows: number, seed: number): Frame {
  const random = seededRandom(seed)
  const all = Array.from({ length: rows }, () => {
    const rooms = 1 + Math.floor(6 * random())
    const quarter = random() < 0.5 ? 'old town' : 'harbour'
    return { rooms, quarter, price: 100 * rooms + (quarter === 'old town' ? 50 : 0) + 4 * (random() - 0.5) }
  })
  return frameOf(
    numberColumn(
      'rooms',
      all.map(({ rooms }) => rooms),
    ),
    textColumn(
      'quarter',
      all.map(({ quarter }) => quarter),
    ),
    numberColumn(
      'price',
      all.map(({ price }) => price),
    ),
  )
}

/** Checkpoints that live as long as the test: every fit is kept at every step, and `kill` counts them down. */
export function memoryCheckpoints(run = 'run_test'): Checkpoints & { states: number; readonly results: ReadonlyMap<string, FoldScore> } {
  const states = new Map<string, Uint8Array>()
  const results = new Map<string, FoldScore>()
  const kept: ReturnType<typeof memoryCheckpoints> = {
    ...{ run, everyMs: 0, results },
    states: 0,
    result: async (job) => results.get(job),
    state: async (job) => states.get(job),
    keepResult: (job, score) => {
      results.set(job, score)
      states.delete(job)
    },
    keepState: (job, state) => {
      states.set(job, state)
      kept.states++
    },
    settled: async () => undefined,
    flush: async () => undefined,
  }
  return kept
}
