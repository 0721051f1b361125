import { describe, expect, it } from 'vitest'
import { adjustedRandIndex } from '../evaluation/clustering.ts'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import type { Algorithm, CurvePoint } from './algorithm.ts'
import { dbscan } from './dbscan.ts'
import { gaussianMixture } from './gaussian-mixture.ts'
import { kmeans } from './kmeans.ts'
import { encodeValue } from './model-bytes.ts'
import { numbersProblem, threeClouds } from './points/testing.ts'
import { chosenClass, type Problem, takeRows } from './problem.ts'

const control = { seed: 0, progress: () => undefined }
const clouds = threeClouds('clustering')

/** The index of each row's answer. */
function labelsOf(algorithm: Algorithm, fitted: unknown, problem: Problem): Int32Array {
  const classes = algorithm.answers(fitted).length
  const scores = new Float64Array(problem.rows * classes)
  algorithm.batchScorer(fitted, { ...problem, classes })(problem.values, problem.rows, scores)
  return Int32Array.from({ length: problem.rows }, (_, row) => chosenClass(scores, row * classes, classes))
}

function measured(algorithm: Algorithm, params: unknown, problem = clouds): Readonly<Record<string, number>> {
  const fitted = algorithm.fit(problem, params, control)
  const shape = { columns: problem.columns, task: problem.task, classes: algorithm.answers(fitted).length }
  return algorithm.measure?.(fitted, shape, { train: problem, test: problem }) ?? {}
}

const everyone: readonly (readonly [Algorithm, object])[] = [
  [kmeans, { n_clusters: 3, n_init: 5 }],
  [dbscan, { eps: 0.9, min_samples: 4 }],
  [gaussianMixture, { n_components: 3 }],
]

describe.each(everyone)('$name', (algorithm, params) => {
  it('finds the same groups whatever the order of the rows', () => {
    const order = shuffled(clouds.rows, seededRandom(4))
    const again = algorithm.fit(takeRows(clouds, order), params, control)
    const found = labelsOf(algorithm, algorithm.fit(clouds, params, control), clouds)
    expect(adjustedRandIndex(found, labelsOf(algorithm, again, clouds))).toBe(1)
  })

  it('gives the same bytes for the same seed', () => {
    const bytes = () => encodeValue(algorithm.fit(clouds, params, { ...control, seed: 7 }))
    expect(bytes()).toEqual(bytes())
  })

  it('takes gaps, categories, an empty column and texts that training never saw', () => {
    const mixed: Problem = {
      ...clouds,
      columns: [...clouds.columns, { name: 'town', type: 'category', levels: ['a', 'b', 'c', 'never'] }, { name: 'empty', type: 'number' }],
      values: [
        clouds.values[0]?.map((value, i) => (i === 5 ? Number.NaN : value)) ?? new Float64Array(0),
        ...clouds.values.slice(1),
        Float64Array.from({ length: 60 }, (_, i) => (i === 8 ? Number.NaN : i % 3)),
        new Float64Array(60).fill(Number.NaN),
      ],
    }
    const fitted = algorithm.fit(mixed, params, control)
    const classes = algorithm.answers(fitted).length
    const scores = new Float64Array(classes)
    algorithm.scorer(fitted, { ...mixed, classes })(Float64Array.of(Number.NaN, Number.NaN, Number.NaN, -1, Number.NaN), scores)
    expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 12)
  })

  it('refuses numbers whose squares no double holds', () => {
    const huge = numbersProblem('clustering', [Float64Array.of(1e300, -1e300, 1e299, 5, 6, 7)])
    expect(() => algorithm.fit(huge, params, control)).toThrow(/x0.*too large/)
  })

  it('refuses a model whose parts do not fit together', () => {
    const fitted = algorithm.fit(clouds, params, control)
    const classes = algorithm.answers(fitted).length
    expect(() => algorithm.scorer(fitted, { ...clouds, columns: clouds.columns.slice(1), classes })).toThrow(RangeError)
  })
})

describe('kmeans', () => {
  it.each([
    [3, 74.59926432615472],
    [5, 54.72279636907999],
  ])('finds the best %i centres that scikit-learn finds', (n_clusters, inertia) => {
    const fitted = kmeans.fit(clouds, { n_clusters, n_init: 20, scale: false, tol: 0 }, control)
    expect(fitted).toMatchObject({ inertia: expect.closeTo(inertia, 9) })
  })

  it('never lets a sweep raise the inertia', () => {
    const inertias: number[] = []
    const progress = (_: number, point?: CurvePoint) => void (point && inertias.push(point.inertia ?? 0))
    kmeans.fit(clouds, { n_clusters: 8, tol: 0 }, { seed: 3, progress })
    expect(inertias.length).toBeGreaterThan(2)
    expect(inertias).toEqual(inertias.toSorted((a, b) => b - a))
  })

  it('gives every row to the nearest centre, as looking at all of them would', () => {
    const random = seededRandom(9)
    const many = numbersProblem(
      'clustering',
      [0, 1, 2, 3].map(() => Float64Array.from({ length: 3000 }, random)),
    )
    const quality = measured(kmeans, { n_clusters: 25, tol: 0, scale: false }, many)
    const fitted = kmeans.fit(many, { n_clusters: 25, tol: 0, scale: false }, control)
    expect(fitted).toMatchObject({ inertia: expect.closeTo(3000 * (quality.inertia ?? 0), 8) })
  })

  it('counts rows by their weights', () => {
    const line = { ...numbersProblem('clustering', [Float64Array.of(0, 1, 10)]), weights: Float64Array.of(2.7, 0.1, 0.2) }
    const fitted = kmeans.fit(line, { n_clusters: 2, n_init: 10, scale: false }, control)
    expect(fitted).toMatchObject({ inertia: expect.closeTo((2.7 * 0.1) / 2.8, 9) })
  })

  it('answers with clusters named by their number', () => {
    expect(kmeans.answers(kmeans.fit(clouds, { n_clusters: 3 }, control))).toEqual(['0', '1', '2'])
  })

  it('leaves centres where they are when there are fewer distinct rows than clusters', () => {
    const same = numbersProblem('clustering', [new Float64Array(20).fill(4)])
    expect(kmeans.fit(same, { n_clusters: 3 }, control)).toMatchObject({ inertia: 0 })
  })

  it('refuses more clusters than rows', () => {
    expect(() => kmeans.fit(clouds, { n_clusters: 61 }, control)).toThrow('60 rows cannot form 61 groups. Lower n_clusters to at most 60')
  })

  it('measures clusters beside the mean squared distance', () => {
    const quality = measured(kmeans, { n_clusters: 3, n_init: 5, scale: false })
    expect(quality.silhouette).toBeCloseTo(0.6158971538511032, 9)
    expect(quality.inertia).toBeCloseTo(74.59926432615472 / 60, 9)
    expect(Object.keys(measured(kmeans, { n_clusters: 1 }))).toEqual(['inertia'])
  })
})

describe.each([
  [kmeans, { n_clusters: 6, n_init: 3, tol: 0 }],
  [gaussianMixture, { n_components: 4, n_init: 3, tol: 1e-9, max_iter: 40 }],
] as const)('$name killed on the way', (algorithm, params) => {
  it('goes on to the same bytes', () => {
    const states: unknown[] = []
    const save = (state: () => unknown): void => void states.push(structuredClone(state()))
    const whole = encodeValue(algorithm.fit(clouds, params, { ...control, checkpoint: { save } }))
    expect(states.length).toBeGreaterThan(5)
    for (const restored of states) {
      const resumed = algorithm.fit(clouds, params, { ...control, checkpoint: { restored, save: () => undefined } })
      expect(encodeValue(resumed)).toEqual(whole)
    }
  })
})

describe('dbscan', () => {
  /** scikit-learn's labels of the same rows; -1 is noise. */
  const labels = [
    0, 1, 2, 0, 1, 2, 0, 3, 2, 4, 3, 2, 4, 3, 2, 4, -1, 2, 0, -1, 2, 0, 3, 2, 0, 3, 2, 0, 3, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 3, 2, 4, 3,
    -1, 4, -1, -1, -1, -1, -1, 0, -1, 2, -1, 3, 2, 0, 3, 2,
  ]

  it('finds the groups of scikit-learn', () => {
    const fitted = dbscan.fit(clouds, { eps: 0.9, min_samples: 4, scale: false }, control)
    const answers = dbscan.answers(fitted)
    expect(answers).toEqual(['0', '1', '2', '3', '4', '-1'])
    expect(Array.from(labelsOf(dbscan, fitted, clouds), (label) => Number(answers[label]))).toEqual(labels)
  })

  it('calls a row noise that is within eps of no core', () => {
    const fitted = dbscan.fit(clouds, { eps: 0.9, min_samples: 4, scale: false }, control)
    const scores = new Float64Array(6)
    dbscan.scorer(fitted, { ...clouds, classes: 6 })(Float64Array.of(50, 50, 50), scores)
    expect([...scores]).toEqual([0, 0, 0, 0, 0, 1])
  })

  it('finds two rings, one around the other', () => {
    const angle = (i: number): number => (2 * Math.PI * i) / 100
    const ring = (f: (a: number) => number): Float64Array => Float64Array.from({ length: 200 }, (_, i) => (i < 100 ? 1 : 4) * f(angle(i)))
    const rings = numbersProblem('clustering', [ring(Math.cos), ring(Math.sin)])
    const found = labelsOf(dbscan, dbscan.fit(rings, { eps: 0.5, scale: false }, control), rings)
    expect(
      adjustedRandIndex(
        found,
        Int32Array.from({ length: 200 }, (_, i) => Math.floor(i / 100)),
      ),
    ).toBe(1)
  })

  it('measures the share of noise, and has one answer when all is noise', () => {
    const fitted = dbscan.fit(clouds, { eps: 1e-6 }, control)
    expect(dbscan.answers(fitted)).toEqual(['-1'])
    expect(measured(dbscan, { eps: 1e-6 })).toEqual({ clusters: 0, noise: 1 })
    expect(measured(dbscan, { eps: 0.9, min_samples: 4, scale: false })).toMatchObject({ clusters: 5, noise: 10 / 60 })
  })

  it('refuses more rows than it could compare', () => {
    const many = numbersProblem('clustering', [new Float64Array(1_000_001)])
    expect(() => dbscan.fit(many, {}, control)).toThrow('Take a sample of at most 1000000 rows')
  })
})

describe('gaussian_mixture', () => {
  /** scikit-learn on the same rows, run to the end. */
  it.each([
    ['full', -3.827624093840394, 578.0508835652881, 517.3148912608473],
    ['tied', -3.9611609908343897, 544.9431764579025, 509.3393189001268],
    ['diag', -3.9629939827547602, 557.4461691750132, 515.5592779305712],
    ['spherical', -4.03337743475073, 541.326116041197, 512.0052921700876],
  ])('has the likelihood of scikit-learn with %s covariances', (covariance_type, likelihood, bic, aic) => {
    const quality = measured(gaussianMixture, { n_components: 3, covariance_type, tol: 1e-12, max_iter: 2000, scale: false })
    expect(quality.log_likelihood).toBeCloseTo(likelihood, 8)
    expect(quality.bic).toBeCloseTo(bic, 6)
    expect(quality.aic).toBeCloseTo(aic, 6)
  })

  it('finds mean and spread in closed form with one component', () => {
    const x = Float64Array.of(1, 2, 4, 9)
    const fitted = gaussianMixture.fit(numbersProblem('clustering', [x]), { reg_covar: 0, scale: false }, control)
    /** Around the mean of 4. */
    expect(fitted).toMatchObject({ gaussians: { means: Float64Array.of(0), weights: Float64Array.of(1) } })
    expect(fitted).toMatchObject({ log_likelihood: expect.closeTo(-0.5 * Math.log(2 * Math.PI * 9.5) - 0.5, 12) })
  })

  it('never lets an iteration lower the likelihood', () => {
    const likelihoods: number[] = []
    const progress = (_: number, point?: CurvePoint) => void (point && likelihoods.push(point.log_likelihood ?? 0))
    gaussianMixture.fit(clouds, { n_components: 4, tol: 1e-9, reg_covar: 0 }, { seed: 1, progress })
    expect(likelihoods.length).toBeGreaterThan(3)
    for (let i = 1; i < likelihoods.length; i++) expect(likelihoods[i]).toBeGreaterThan((likelihoods[i - 1] ?? 0) - 1e-12)
  })

  it('answers shares that add up to 1, also far from everything', () => {
    const fitted = gaussianMixture.fit(clouds, { n_components: 3 }, control)
    const scores = new Float64Array(3)
    const score = gaussianMixture.scorer(fitted, { ...clouds, classes: 3 })
    for (const row of [Float64Array.of(0, 0, 2), Float64Array.of(1e8, -1e8, 3)]) {
      score(row, scores)
      expect(scores.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
    }
  })

  it('says what to do when a component has no spread and may be given none', () => {
    const flat = numbersProblem('clustering', [Float64Array.of(1, 1, 1, 1, 2, 2, 2, 2)])
    const wish = { n_components: 2, reg_covar: 0, scale: false }
    expect(() => gaussianMixture.fit(flat, wish, control)).toThrow('Raise reg_covar')
    expect(() => gaussianMixture.fit(flat, { ...wish, covariance_type: 'diag' }, control)).toThrow('Raise reg_covar')
  })

  it('refuses more components than rows, and more matrices than memory holds', () => {
    expect(() => gaussianMixture.fit(clouds, { n_components: 61 }, control)).toThrow('Lower n_components to at most 60')
    const wide = numbersProblem(
      'clustering',
      Array.from({ length: 500 }, () => new Float64Array(600)),
    )
    expect(() => gaussianMixture.fit(wide, { n_components: 600 }, control)).toThrow('2 GiB of memory where 1 is allowed')
  })
})
