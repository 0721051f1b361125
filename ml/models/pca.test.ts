import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { encodeValue } from './model-bytes.ts'
import { pca } from './pca.ts'
import { numbersProblem, threeClouds } from './points/testing.ts'
import type { Problem } from './problem.ts'
import { eigenOf } from './projection/eigen.ts'

const control = { seed: 0, progress: () => undefined }
const clouds = threeClouds('projection')

function project(problem: Problem, params: unknown, row: number): number[] {
  const fitted = pca.fit(problem, params, control)
  const classes = pca.answers(fitted).length
  const scores = new Float64Array(classes)
  pca.scorer(fitted, { ...problem, classes })(
    Float64Array.from(problem.values, (column) => column[row] ?? 0),
    scores,
  )
  return [...scores]
}

const close = (values: readonly number[], digits = 9) => values.map((value) => expect.closeTo(value, digits))

/** Four rows of six columns. */
const wide = numbersProblem(
  'projection',
  Array.from({ length: 6 }, (_, i) => Float64Array.from({ length: 4 }, (_, j) => Math.sin(i * (j + 1) * 0.7))),
)

describe('pca', () => {
  it('has the digits and signs of scikit-learn', () => {
    const fitted = pca.fit(clouds, { scale: false }, control)
    expect(fitted).toMatchObject({ whiten: false })
    const plain = JSON.parse(JSON.stringify(fitted, (_, value) => (value instanceof Float64Array ? [...value] : value)))
    expect(plain.explained_variance).toEqual(close([4.931409508708586, 2.5434581767287634, 0.3184046336585924]))
    expect(plain.explained_variance_ratio).toEqual(close([0.6327777738017827, 0.3263658797725443, 0.040856346425673075]))
    expect(plain.components.slice(0, 3)).toEqual(close([0.8821065384051033, -0.44652277146350794, -0.15001823045054763]))
    expect(project(clouds, { scale: false }, 0)).toEqual(close([-1.3759295758904362, -1.1463358720974284, 0.6011763566886548]))
  })

  it('whitens as scikit-learn does', () => {
    expect(project(clouds, { n_components: 2, whiten: true, scale: false }, 1)).toEqual(close([1.8047754061100532, -0.045396914597516165]))
  })

  it('standardises first unless told not to', () => {
    expect(project(clouds, { n_components: 2 }, 0)).toEqual(close([-1.3322357233430484, -0.40363982520210673]))
  })

  it('goes through the rows where there are more columns, to the same digits', () => {
    const fitted = pca.fit(wide, { scale: false }, control)
    const plain = JSON.parse(JSON.stringify(fitted, (_, value) => (value instanceof Float64Array ? [...value] : value)))
    expect(plain.explained_variance).toEqual(close([1.4900478774933263, 0.7479620155911954, 0.7448304801711654]))
    expect(plain.components.slice(0, 6)).toEqual(
      close([0, -0.09301835133345301, 0.013222189538141083, -0.04643714335265878, -0.6942958160502041, 0.7120180275466697]),
    )
  })

  it.each([
    [1, 1],
    [3, 3],
    [0.6, 1],
    [0.64, 2],
    [0.9999, 3],
  ])('keeps for n_components %s as many as scikit-learn: %i', (n_components, kept) => {
    expect(pca.answers(pca.fit(clouds, { n_components, scale: false }, control))).toHaveLength(kept)
  })

  it('gives back what it was given when all components are kept', () => {
    const fitted = pca.fit(clouds, {}, control)
    const shape = { columns: clouds.columns, task: clouds.task, classes: 3 }
    const { explained_variance, reconstruction_error } = pca.measure?.(fitted, shape, { train: clouds, test: clouds }) ?? {}
    expect(explained_variance).toBeCloseTo(1, 12)
    expect(reconstruction_error).toBeLessThan(1e-24)
  })

  it('loses of the training rows exactly the variance it leaves out', () => {
    const fitted = pca.fit(clouds, { n_components: 2, scale: false }, control)
    const shape = { columns: clouds.columns, task: clouds.task, classes: 2 }
    const { explained_variance, reconstruction_error } = pca.measure?.(fitted, shape, { train: clouds, test: clouds }) ?? {}
    expect(explained_variance).toBeCloseTo(0.6327777738017827 + 0.3263658797725443, 9)
    expect(reconstruction_error).toBeCloseTo((0.3184046336585924 * 59) / 60 / 3, 9)
  })

  it('gives the same bytes every time', () => {
    expect(encodeValue(pca.fit(clouds, {}, control))).toEqual(encodeValue(pca.fit(clouds, {}, { ...control, seed: 5 })))
  })

  it('takes gaps and categories, and drops directions without variance', () => {
    const mixed: Problem = {
      ...clouds,
      columns: [...clouds.columns, { name: 'town', type: 'category', levels: ['a', 'b'] }, { name: 'same', type: 'number' }],
      values: [...clouds.values, Float64Array.from({ length: 60 }, (_, i) => (i === 3 ? Number.NaN : i % 2)), new Float64Array(60).fill(5)],
    }
    /** Three numbers and one free coordinate of the town: its two shares add up to 1. */
    expect(pca.answers(pca.fit(mixed, {}, control))).toEqual(['component_1', 'component_2', 'component_3', 'component_4'])
    expect(project(mixed, { n_components: 6, whiten: true }, 2).slice(4)).toEqual([0, 0])
  })

  it('says what is wrong with a wish or a table it cannot meet', () => {
    expect(() => pca.fit(clouds, { n_components: 4 }, control)).toThrow('at most 3 components here, found n_components 4')
    expect(() => pca.fit(numbersProblem('projection', [Float64Array.of(1)]), {}, control)).toThrow('at least 2 rows')
    expect(() => pca.fit(numbersProblem('projection', [Float64Array.of(3, 3, 3)]), {}, control)).toThrow('columns that vary')
    const large = numbersProblem(
      'projection',
      Array.from({ length: 2001 }, () => new Float64Array(2002)),
    )
    expect(() => pca.fit(large, {}, control)).toThrow('one of both must be at most 2000')
  })
})

describe('eigenvalues', () => {
  it('fit their vectors, which stand at right angles', () => {
    const size = 30
    const random = seededRandom(2)
    const matrix = new Float64Array(size * size)
    for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = random() - 0.5
    const { values, vectors } = eigenOf(matrix.slice(), size) ?? { values: new Float64Array(0), vectors: new Float64Array(0) }
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
    const row = (of: Float64Array, i: number): Float64Array => of.subarray(i * size, (i + 1) * size)
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) expect(dot(row(vectors, a), row(vectors, b))).toBeCloseTo(a === b ? 1 : 0, 12)
      for (let i = 0; i < size; i++)
        expect(dot(row(matrix, i), row(vectors, a))).toBeCloseTo((values[a] ?? 0) * (row(vectors, a)[i] ?? 0), 12)
    }
    expect([...values]).toEqual([...values].sort((x, y) => y - x))
  })

  it('are those of the textbook, and none where there are no numbers', () => {
    expect([...(eigenOf(Float64Array.of(2, 1, 1, 2), 2)?.values ?? [])]).toEqual(close([3, 1], 12))
    expect([...(eigenOf(Float64Array.of(7), 1)?.values ?? [])]).toEqual([7])
    expect([...(eigenOf(new Float64Array(9), 3)?.values ?? [])]).toEqual([0, 0, 0])
    expect(eigenOf(Float64Array.of(Number.NaN, 1, 1, 2), 2)).toBeNull()
  })
})
