/** Linear models, neighbours and naive Bayes on a small table give the digits that scikit-learn 1.9.1 gave. */
import { describe, expect, it } from 'vitest'
import { knn } from './knn.ts'
import { linear } from './linear.ts'
import { logistic } from './logistic.ts'
import { naiveBayes } from './naive-bayes.ts'
import type { Problem } from './problem.ts'
import { fitted, problemOf } from './scoring-testing.ts'

const numbers = [
  [3, 4.4, 4.2, 2.5, 2.7, 2.5, 3.6, 2.9, 3.7, 1.2, 4.6, 2.9],
  [2.4, -1.7, -2.9, 1.3, 3.1, -2, -1.8, 2.4, -5.4, -8.6, 1, -4.4],
  [-3.8, -1.6, -0.9, -2.4, -3, 0.1, 1.8, -0.5, -1.5, 0.8, 1.4, -0.6],
]
const y = [5.6, 11.2, 9.5, 3.1, 4.4, 6.4, 9.7, 2.7, 9.1, 5.4, 6.1, 8.2]
const weights = [2, 1, 1, 4, 1, 2, 4, 3, 4, 1, 2, 1]
const two = [0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1]
const three = [1, 2, 2, 0, 1, 1, 2, 0, 2, 1, 1, 2]
const categories = [
  { levels: 2, codes: [0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0] },
  { levels: 3, codes: [0, 1, 2, 2, 2, 0, 0, 0, 1, 1, 2, 0] },
]

const regression = { task: 'regression', classes: 0, target: y } as const
const binary = { task: 'binary', classes: 2, target: two } as const
const multiclass = { task: 'multiclass', classes: 3, target: three } as const

type Scores = ReturnType<typeof fitted>
const rowOf = (problem: Problem, row: number): readonly number[] => problem.values.map((column) => column[row] ?? Number.NaN)
/** The scores of the first three rows, those of one row after the other. */
const firstThree = (score: Scores, problem: Problem): readonly number[] => [0, 1, 2].flatMap((row) => score(...rowOf(problem, row)))

function expectNear(found: readonly number[], expected: readonly number[], within: number): void {
  expect(found).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThan(within)
}

describe('linear', () => {
  it.each([
    ['Ridge', {}, [5.053632885175951, 9.44984845357614, 9.528188708008674], [4.157983959272292, 9.035858071251518, 9.319673212261831]],
    [
      'Lasso',
      { alpha: 0.5, l1_ratio: 1 },
      [5.341715940791437, 8.602293189727902, 8.694602621680993],
      [4.856664692224556, 8.553338780948573, 8.740654623617038],
    ],
    [
      'ElasticNet',
      { alpha: 0.5, l1_ratio: 0.5 },
      [5.385220893278955, 8.512104269279464, 8.609212814107211],
      [4.763573574239877, 8.408997195247059, 8.62397155319796],
    ],
  ])('predicts what %s predicts, without and with weights', (_, params, plain, weighted) => {
    const problem = problemOf(numbers, regression)
    expectNear(firstThree(fitted(linear, problem, params), problem), plain, 1e-8)
    expectNear(firstThree(fitted(linear, problemOf(numbers, { ...regression, weights }), params), problem), weighted, 1e-8)
  })
})

describe('logistic', () => {
  const exact = { tol: 1e-10, max_iter: 5000 }

  it.each([
    ['l2', {}, [0.45748643463575117, 0.7930811715809548, 0.7735288846387444], [0.2098513670030804, 0.7674147859376044, 0.7883092460415184]],
    ['l1', {}, [0.3942177883845205, 0.7004000156644001, 0.6927277303517044], [0.21784351263867086, 0.7312697065429409, 0.7569047669191585]],
    [
      'elasticnet',
      { l1_ratio: 0.5 },
      [0.42839900418714655, 0.7598371168441045, 0.7446306643023914],
      [0.20683936232435726, 0.7486367968759192, 0.7732703951819859],
    ],
  ])('finds the probabilities of two classes under %s, without and with weights', (penalty, params, plain, weighted) => {
    const problem = problemOf(numbers, binary)
    const second = (score: Scores): readonly number[] => firstThree(score, problem).filter((_, i) => i % 2 === 1)
    expectNear(second(fitted(logistic, problem, { penalty, ...params, ...exact })), plain, 1e-6)
    const heavy = problemOf(numbers, { ...binary, weights })
    expectNear(second(fitted(logistic, heavy, { penalty, ...params, ...exact })), weighted, 1e-6)
  })

  it.each([
    [
      'l2',
      [
        0.3172407139812566, 0.5400451259731598, 0.14271416004558363, 0.04521366715904509, 0.170015281301177, 0.7847710515397779,
        0.037100431135949595, 0.1640081062639058, 0.7988914626001445,
      ],
    ],
    [
      'l1',
      [
        0.28564459066782294, 0.5745773782595396, 0.13977803107263742, 0.07047051407841923, 0.19667323658557317, 0.7328562493360077,
        0.059750875714872156, 0.1835295889605803, 0.7567195353245476,
      ],
    ],
    [
      'elasticnet',
      [
        0.3143582960566394, 0.5501751198077244, 0.13546658413563628, 0.05997765844183977, 0.20716971995676634, 0.7328526216013937,
        0.04810394013932113, 0.1943883508984665, 0.7575077089622124,
      ],
    ],
  ])('finds the probabilities of three classes under %s', (penalty, expected) => {
    const problem = problemOf(numbers, multiclass)
    expectNear(firstThree(fitted(logistic, problem, { penalty, ...exact }), problem), expected, 1e-6)
  })
})

describe('naive Bayes', () => {
  it('of numbers gives the posteriors of GaussianNB, without and with weights', () => {
    const problem = problemOf(numbers, multiclass)
    const plain = [
      5.4796066474391658e-1, 4.5193871351129866e-1, 1.0062174478472188e-4, 2.9705006297312394e-24, 1.3814732899283305e-1,
      8.6185267100716723e-1, 1.7016463093692259e-28, 5.4020989095794079e-2, 9.4597901090420589e-1,
    ]
    expectNear(firstThree(fitted(naiveBayes, problem), problem), plain, 1e-9)
    const weighted = [
      6.6274266207197507e-1, 3.3699720261966754e-1, 2.6013530835710378e-4, 2.7099378974664443e-24, 3.4867817239301746e-1,
      6.5132182760698243e-1, 1.4129684486921364e-28, 9.4058711218543672e-2, 9.0594128878145641e-1,
    ]
    expectNear(firstThree(fitted(naiveBayes, problemOf(numbers, { ...multiclass, weights })), problem), weighted, 1e-9)
  })

  it('of categories gives the posteriors of CategoricalNB, without and with weights', () => {
    const problem = problemOf([], multiclass, categories)
    const plain = [
      0.14231257941550193, 0.3811944091486658, 0.4764930114358322, 0.08874801901743264, 0.3169572107765452, 0.5942947702060221,
      0.1691842900302115, 0.45317220543806636, 0.377643504531722,
    ]
    expectNear(firstThree(fitted(naiveBayes, problem), problem), plain, 1e-9)
    const weighted = [
      0.24795201169233114, 0.28979943575831885, 0.46224855254935, 0.1017052927906267, 0.18362692227055247, 0.7146677849388209,
      0.44110980869776145, 0.33266652717222556, 0.22622366413001316,
    ]
    expectNear(
      firstThree(fitted(naiveBayes, problemOf([], { ...multiclass, weights }, categories), { alpha: 0.5 }), problem),
      weighted,
      1e-9,
    )
  })
})

describe('knn', () => {
  const queries = [
    [3, 0, 1],
    [2, -4, -1],
  ]

  it.each([
    ['euclidean', 'uniform', [6.266666666666667, 5.8999999999999995], [1, 1, 1, 1, 1, 1].map((each) => each / 3)],
    [
      'euclidean',
      'distance',
      [6.470852435379321, 6.395904596321452],
      [0.2950591521973283, 0.35264651492102445, 0.3522943328816472, 0.21750061661305434, 0.38602347719553903, 0.39647590619140655],
    ],
    ['manhattan', 'uniform', [6.266666666666667, 7.8999999999999995], [1, 1, 1, 0, 1, 2].map((each) => each / 3)],
    [
      'manhattan',
      'distance',
      [6.307321628175151, 7.816407193761052],
      [0.3264001971516803, 0.33572030053426866, 0.337879502314051, 0, 0.32837903490226067, 0.6716209650977394],
    ],
  ])('with the %s metric and %s weights answers as KNeighbors does', (metric, share, means, shares) => {
    const params = { n_neighbors: 3, metric, weights: share }
    const mean = fitted(knn, problemOf(numbers, regression), params)
    const classes = fitted(knn, problemOf(numbers, multiclass), params)
    expectNear(
      queries.flatMap((query) => mean(...query)),
      means,
      1e-12,
    )
    expectNear(
      queries.flatMap((query) => classes(...query)),
      shares,
      1e-12,
    )
  })

  it('counts categories as their one-hot columns would', () => {
    const mean = fitted(knn, problemOf(numbers, regression, categories), { n_neighbors: 3, weights: 'distance' })
    expectNear([...mean(3, 0, 1, 1, 0), ...mean(2, -4, -1, 0, 2)], [5.88411440006504, 5.915724443666907], 1e-12)
  })
})
