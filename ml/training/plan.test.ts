import { describe, expect, it } from 'vitest'
import type { Column } from '../data/frame.ts'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { plan } from './plan.ts'
import { readTarget } from './target.ts'
import { customers, frameOf, numberColumn, textColumn } from './testing.ts'

const rows = [...Array(100).keys()]
const planned = (...extra: readonly Column[]) => {
  const frame = customers(100, 1)
  return plan(frameOf(...frame.columns, ...extra), { target: 'churned', algorithm: 'logistic' })
}

describe('the task', () => {
  it.each([
    [
      'two texts',
      textColumn(
        'y',
        rows.map((i) => (i % 2 ? 'a' : 'b')),
      ),
      'binary',
      ['a', 'b'],
    ],
    [
      'two numbers',
      numberColumn(
        'y',
        rows.map((i) => (i % 2 ? -1 : 1)),
      ),
      'binary',
      [-1, 1],
    ],
    [
      'digits',
      numberColumn(
        'y',
        rows.map((i) => i % 10),
      ),
      'multiclass',
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ],
    [
      'cultivars from 1',
      numberColumn(
        'y',
        rows.map((i) => 1 + (i % 3)),
      ),
      'multiclass',
      [1, 2, 3],
    ],
    [
      'grades that start at 3',
      numberColumn(
        'y',
        rows.map((i) => 3 + (i % 6)),
      ),
      'regression',
      [],
    ],
    [
      'counts with gaps',
      numberColumn(
        'y',
        rows.map((i) => (i % 7) * 2),
      ),
      'regression',
      [],
    ],
    [
      'measures',
      numberColumn(
        'y',
        rows.map((i) => i / 7),
      ),
      'regression',
      [],
    ],
  ])('is inferred from %s', (_, column, task, classes) => {
    expect(readTarget(column)).toMatchObject({ task, classes })
  })

  it('is what the caller says', () => {
    const grades = numberColumn(
      'y',
      rows.map((i) => 3 + (i % 6)),
    )
    expect(readTarget(grades, 'classification').classes).toEqual([3, 4, 5, 6, 7, 8])
    expect(
      readTarget(
        numberColumn(
          'y',
          rows.map((i) => i % 10),
        ),
        'regression',
      ).task,
    ).toBe('regression')
  })

  it('leaves out rows without an answer and says so', () => {
    const { problem, warnings } = plan(
      frameOf(
        numberColumn(
          'x',
          rows.map((i) => (i * 7) % 31),
        ),
        textColumn(
          'y',
          rows.map((i) => (i < 10 ? null : i % 2 ? 'a' : 'b')),
        ),
      ),
      { target: 'y', algorithm: 'logistic' },
    )
    expect(problem.rows).toBe(90)
    expect(warnings).toContain("10 of 100 rows have no 'y' and were left out.")
  })
})

describe('screening', () => {
  it('is silent about ordinary columns', () => {
    expect(planned().warnings).toEqual([])
  })

  it.each([
    [
      'a constant',
      numberColumn(
        'c',
        rows.map(() => 4),
      ),
      /'c' never changes/,
    ],
    [
      'an empty column',
      numberColumn(
        'c',
        rows.map(() => null),
      ),
      /'c' is empty/,
    ],
    [
      'names',
      textColumn(
        'c',
        rows.map((i) => `person ${i}`),
      ),
      /'c' has a different value in \(almost\) every row/,
    ],
    [
      'a running number',
      numberColumn(
        'c',
        rows.map((i) => 500 - i),
      ),
      /like an id/,
    ],
    [
      'keys in no order',
      numberColumn(
        'customer_id',
        rows.map((i) => (i * 37) % 1009),
      ),
      /like an id/,
    ],
  ])('leaves out %s and says so', (_, column, words) => {
    const { warnings, ignored, problem } = planned(column)
    expect(warnings.join(' ')).toMatch(words)
    expect(ignored).toContain(column.name)
    expect(problem.columns.map(({ name }) => name)).not.toContain(column.name)
  })

  it('keeps whole numbers that differ by chance when their name is no id', () => {
    const amounts = numberColumn(
      'paid',
      rows.map((i) => (i * 37) % 1009),
    )
    expect(planned(amounts).problem.columns.map(({ name }) => name)).toContain('paid')
  })

  it('keeps a column that only says where values are missing', () => {
    const { problem } = planned(
      numberColumn(
        'c',
        rows.map((i) => (i % 3 ? null : 1)),
      ),
    )
    expect(problem.columns.map(({ name }) => name)).toContain('c')
  })

  it('warns of a column that gives the target away, and keeps it', () => {
    const frame = customers(500, 1)
    const target = frame.columns.find(({ name }) => name === 'churned')
    const random = seededRandom(1)
    const codes = target?.type === 'category' ? [...target.codes] : []
    const leak = numberColumn(
      'refund',
      codes.map((code) => code * 10 + random()),
    )
    const { warnings, problem } = plan(frameOf(...frame.columns, leak), { target: 'churned', algorithm: 'logistic' })
    expect(warnings.join(' ')).toMatch(/'refund' alone gives the target away/)
    expect(problem.columns.map(({ name }) => name)).toContain('refund')
  })

  it('warns of a leak of a number too', () => {
    const y = rows.map((i) => ((i * 7919) % 1000) / 3)
    const doubled = Array.from({ length: 10 }, () => y)
      .flat()
      .map((value, i) => value + i)
    const frame = frameOf(
      numberColumn(
        'copy',
        doubled.map((value) => 2 * value),
      ),
      numberColumn('y', doubled),
    )
    expect(plan(frame, { target: 'y', algorithm: 'linear' }).warnings.join(' ')).toMatch(/'copy' alone gives the target away/)
  })

  it('warns of a rare class, and of one with fewer rows than folds', () => {
    const y = rows.map((i) => (i < 3 ? 'rare' : 'common'))
    const frame = frameOf(
      numberColumn(
        'x',
        rows.map((i) => (i * 7) % 31),
      ),
      textColumn('y', y),
    )
    const { warnings } = plan(frame, { target: 'y', algorithm: 'logistic' })
    expect(warnings.join(' ')).toMatch(/'rare' has 3 of 100 rows \(3.0 %\)/)
    expect(warnings.join(' ')).toMatch(/'rare' has fewer rows than the 5 folds/)
  })
})

describe('a category of many levels', () => {
  const texts = Array.from({ length: 4000 }, (_, i) => (i % 4 === 0 ? null : i % 2 ? `rare ${i % 1500}` : `usual ${i % 6}`))
  const frame = frameOf(
    textColumn('product', texts),
    numberColumn(
      'y',
      texts.map((_, i) => (i * 7919) % 1009),
    ),
  )
  const { problem } = plan(frame, { target: 'y', algorithm: 'random_forest', task: 'regression' })

  it('has its frequent levels first, so that what trees keep of it stays small', () => {
    const [product] = problem.columns
    const levels = product?.type === 'category' ? product.levels : []
    expect(levels.slice(0, 3).toSorted()).toEqual(['usual 0', 'usual 2', 'usual 4'])
    expect(Array.from(problem.values[0] ?? [], (code) => levels[code] ?? null)).toEqual(texts)
  })
})
