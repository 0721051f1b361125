import { describe, expect, it } from 'vitest'
import type { Frame } from '../data/frame.ts'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import { createAdwin } from './adwin.ts'
import { detectDrift } from './drift.ts'
import { detectDriftOffLoop } from './drift-thread.ts'
import { watchStream } from './watch-stream.ts'

function normals(random: () => number, rows: number): Float64Array {
  // Box and Muller 1958.
  return Float64Array.from({ length: rows }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
}

interface World {
  readonly shift?: number
  readonly correlation?: number
  readonly missing?: number
  readonly plus?: number
}

function table(seed: number, rows: number, { shift = 0, correlation = 0.8, missing = 0, plus = 0.5 }: World = {}): Frame {
  const random = seededRandom(seed)
  const a = normals(random, rows).map((value) => value + shift)
  const noise = normals(random, rows)
  const b = a.map((value, row) => correlation * (value - shift) + Math.sqrt(1 - correlation ** 2) * (noise[row] ?? 0))
  const c = normals(random, rows).map((value) => (random() < missing ? Number.NaN : value))
  const codes = Int32Array.from({ length: rows }, () => (random() < plus ? 1 : 0))
  return {
    rows,
    columns: [
      { name: 'a', type: 'number', values: a },
      { name: 'b', type: 'number', values: b },
      { name: 'c', type: 'number', values: c },
      { name: 'plan', type: 'category', codes, levels: ['basic', 'plus'] },
    ],
  }
}

const reference = table(1, 3000)
const changed = (world: World, seed = 2): readonly string[] => {
  const { columns, joint } = detectDrift(reference, table(seed, 1500, world))
  return [...columns.filter(({ drifted }) => drifted).map(({ name }) => name), ...(joint?.drifted ? ['together'] : [])]
}

describe('drift', () => {
  it('stays quiet on fresh samples of the same source', () => {
    for (let seed = 10; seed < 15; seed++) expect(changed({}, seed)).toEqual([])
  })

  it('stays quiet on reshuffled halves of one sample of sixty columns', () => {
    const random = seededRandom(5)
    const rows = 1000
    const columns = Array.from({ length: 60 }, (_, index) => ({
      name: `x${index}`,
      type: 'number' as const,
      values: normals(random, 2 * rows),
    }))
    const order = shuffled(2 * rows, random)
    const half = (from: number): Frame => ({
      rows,
      columns: columns.map((column) => ({
        ...column,
        values: Float64Array.from(order.subarray(from, from + rows), (row) => column.values[row] ?? 0),
      })),
    })
    expect(detectDrift(half(0), half(rows), { joint: false }).drifted).toBe(false)
  })

  it('names the column whose mean moved', () => {
    expect(changed({ shift: 0.3 })).toEqual(['a', 'together'])
  })

  it('names the column whose shares moved', () => {
    expect(changed({ plus: 0.65 })).toEqual(['plan', 'together'])
  })

  it('finds a lost correlation that no column shows', () => {
    expect(changed({ correlation: 0 })).toEqual(['together'])
  })

  it('finds values going missing although those left look the same', () => {
    const { columns } = detectDrift(reference, table(3, 1500, { missing: 0.2 }))
    expect(columns.find(({ name }) => name === 'c')).toMatchObject({ drifted: true, test: 'missing_rate' })
  })

  it('does not call a difference drift that is of no consequence, however many rows prove it', () => {
    const { columns } = detectDrift(table(1, 200_000), table(2, 200_000, { shift: 0.03 }), { joint: false })
    expect(columns[0]).toMatchObject({ drifted: false })
    expect(columns[0]?.p_value).toBeLessThan(1e-6)
  })

  it('judges by size alone when asked for psi or js', () => {
    const { columns, joint } = detectDrift(reference, table(2, 1500, { shift: 0.6 }), { method: 'psi' })
    expect(columns.map(({ name, test, drifted }) => `${name} ${test} ${drifted}`)).toEqual([
      'a psi true',
      'b psi false',
      'c psi false',
      'plan psi false',
    ])
    expect(joint).toBeUndefined()
  })

  it('says of a number column that became text that its type changed', () => {
    const current = table(2, 500)
    const broken: Frame = {
      ...current,
      columns: current.columns.map((column) =>
        column.name === 'a' ? { name: 'a', type: 'category', codes: new Int32Array(500), levels: ['?'] } : column,
      ),
    }
    expect(detectDrift(reference, broken, { joint: false }).columns[0]).toMatchObject({ name: 'a', test: 'type', drifted: true })
  })

  it('survives empty, constant and wholly missing columns', () => {
    const frame = (rows: number, value: number): Frame => ({
      rows,
      columns: [{ name: 'a', type: 'number', values: new Float64Array(rows).fill(value) }],
    })
    expect(detectDrift(frame(10, 1), frame(0, 1)).drifted).toBe(false)
    expect(detectDrift(frame(50, 1), frame(50, 1)).drifted).toBe(false)
    expect(detectDrift(frame(50, 1), frame(50, 2)).drifted).toBe(true)
    expect(detectDrift(frame(50, 1), frame(50, Number.NaN)).columns[0]).toMatchObject({ test: 'missing_rate', drifted: true })
  })

  it('gives the same report in a thread of its own, and stops with the signal', async () => {
    const current = table(2, 1500, { shift: 0.3 })
    expect(await detectDriftOffLoop(reference, current)).toEqual(detectDrift(reference, current))
    await expect(detectDriftOffLoop(reference, current, { signal: AbortSignal.abort(new Error('stop')) })).rejects.toMatchObject({
      code: 'cancelled',
    })
  })
})

describe('ADWIN', () => {
  it('keeps its window on a steady stream and cuts it when the mean rises', () => {
    const random = seededRandom(4)
    const detector = createAdwin()
    let alarms = 0
    for (let at = 0; at < 20_000; at++) if (detector.add(random() < 0.1 ? 1 : 0)) alarms++
    expect(alarms).toBe(0)
    expect(detector.width).toBe(20_000)
    let after = 0
    while (!detector.add(random() < 0.5 ? 1 : 0) && after < 2000) after++
    expect(after).toBeLessThan(200)
    for (let at = 0; at < 500; at++) detector.add(random() < 0.5 ? 1 : 0)
    expect(Math.abs(detector.mean - 0.5)).toBeLessThan(0.1)
  })
})

describe('a watched stream', () => {
  it('raises one alarm a change of concept and none without', () => {
    const random = seededRandom(9)
    const rows = 12_000
    const x = Float64Array.from({ length: rows }, () => random() * 10)
    const label = (changes: boolean): Float64Array =>
      x.map((value, row) => ((changes && row >= 6000 ? value > 3 : value > 6) !== random() < 0.05 ? 1 : 0))
    const stream = (changes: boolean): Frame => ({
      rows,
      columns: [
        { name: 'x', type: 'number', values: x },
        { name: 'y', type: 'number', values: label(changes) },
      ],
    })
    expect(watchStream(stream(false), 'y').alarms).toEqual([])
    const { alarms, error } = watchStream(stream(true), 'y')
    expect(alarms).toHaveLength(1)
    expect((alarms[0] ?? 0) - 6000).toBeGreaterThanOrEqual(0)
    expect((alarms[0] ?? 0) - 6000).toBeLessThan(300)
    expect(error).toBeLessThan(0.12)
  })

  it('wants a target of two classes', () => {
    expect(() => watchStream(reference, 'a')).toThrow(/two classes are needed/)
  })
})
