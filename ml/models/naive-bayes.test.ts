import { describe, expect, it } from 'vitest'
import { naiveBayes } from './naive-bayes.ts'
import { fitted, problemOf } from './scoring-testing.ts'

const two = (target: readonly number[]) => ({ task: 'binary', classes: 2, target }) as const

describe('naive Bayes', () => {
  /** Height in feet, weight in pounds and foot in inches of four men and four women: the known example, with its posterior. */
  const people = [
    [6, 5.92, 5.58, 5.92, 5, 5.5, 5.42, 5.75],
    [180, 190, 170, 165, 100, 150, 130, 150],
    [12, 11, 12, 10, 6, 8, 7, 9],
  ]
  const women = [0, 0, 0, 0, 1, 1, 1, 1]

  it('tells the person of the textbook to be a woman', () => {
    const [man = 0, woman = 0] = fitted(naiveBayes, problemOf(people, two(women)))(6, 130, 8)
    expect(woman).toBeGreaterThan(0.9999)
    expect(man + woman).toBeCloseTo(1, 12)
  })

  it('answers the class shares when a row has no value that it knows', () => {
    const problem = problemOf([[1, 2, 3, 9]], two([0, 0, 0, 1]), [{ levels: 3, codes: [0, 1, 0, 1] }])
    expect(fitted(naiveBayes, problem)(Number.NaN, -1)[1]).toBeCloseTo(0.25, 12)
    expect(fitted(naiveBayes, problem)(Number.NaN, 2)[1]).toBeCloseTo(0.25, 12)
  })

  it('skips missing values in training as if the column had fewer rows', () => {
    const holed = problemOf([[1, 2, Number.NaN, 5, 6, Number.NaN]], two([0, 0, 0, 1, 1, 1]))
    const whole = problemOf([[1, 2, 5, 6]], two([0, 0, 1, 1]))
    expect(fitted(naiveBayes, holed)(3)[1]).toBeCloseTo(fitted(naiveBayes, whole)(3)[1] ?? 0, 6)
  })

  it('gives no probability to a class that no row has', () => {
    const problem = problemOf([[1, 2, 5, 6]], { task: 'multiclass', classes: 3, target: [0, 0, 2, 2] })
    expect(fitted(naiveBayes, problem)(4)[1]).toBe(0)
  })

  it('stays a number however far away a row lies', () => {
    const problem = problemOf([[1, 2, 5, 6]], two([0, 0, 1, 1]))
    expect(fitted(naiveBayes, problem)(1e250)).toEqual([0.5, 0.5])
  })
})
