import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { fairnessConstraints, groupThresholds } from './group-thresholds.ts'
import { upperHull } from './hull.ts'
import { mitigationOf } from './mitigation.ts'
import { reweighing, reweighingCells } from './reweighing.ts'

/** Group b is seldom positive and scored lower than it should be. */
function biased(rows: number, seed: number) {
  const random = seededRandom(seed)
  const of = Int32Array.from({ length: rows }, () => (random() < 0.4 ? 1 : 0))
  const actual = Uint8Array.from(of, (group) => (random() < (group === 0 ? 0.6 : 0.3) ? 1 : 0))
  const scores = Float64Array.from(actual, (y, row) => (0.35 * y + 0.65 * random()) * (of[row] === 0 ? 1 : 0.8))
  return { actual, scores, called: Uint8Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)), groups: { of, names: ['a', 'b'] } }
}

describe('a threshold for each group', () => {
  const sample = biased(2000, 1)

  it.each([
    ['demographic_parity', 'demographic_parity_difference'],
    ['equal_opportunity', 'equal_opportunity_difference'],
    ['equalized_odds', 'equalized_odds_difference'],
  ] as const)('closes the gap of %s', (constraint, measure) => {
    const { before, after, groups } = mitigationOf(sample, constraint)
    expect(before[measure]).toBeGreaterThan(0.1)
    expect(after[measure]).toBeCloseTo(0, 9)
    for (const { thresholds, chance } of groups) {
      expect(thresholds.reduce((sum, { share }) => sum + share, chance.share)).toBeCloseTo(1, 9)
    }
  })

  it('has the rates that it promises when it is followed', () => {
    const plan = groupThresholds(sample, 'equalized_odds')
    const random = seededRandom(5)
    const rounds = 100
    let right = 0
    for (let round = 0; round < rounds; round++) {
      for (let row = 0; row < 2000; row++) {
        const { thresholds = [], chance } = plan?.groups[sample.groups.of[row] ?? 0] ?? {}
        let draw = random()
        let called = random() < (chance?.yes ?? 0)
        for (const { threshold, share } of thresholds) {
          if (draw >= 0 && draw < share) called = threshold !== null && (sample.scores[row] ?? 0) >= threshold
          draw -= share
        }
        if (called === (sample.actual[row] === 1)) right++
      }
    }
    expect(right / (2000 * rounds)).toBeCloseTo(plan?.accuracy ?? 0, 2)
  })

  it('costs nothing where a threshold each is perfect, and half a group where shares must be equal', () => {
    const actual = Uint8Array.of(1, 1, 1, 0, 1, 0, 0, 0)
    const scores = Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1)
    const perfect = { actual, scores, groups: { of: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1), names: ['a', 'b'] } }
    expect(groupThresholds(perfect, 'equalized_odds')).toMatchObject({
      accuracy: 1,
      groups: [{ thresholds: [{ threshold: 0.7, share: 1 }] }, { thresholds: [{ threshold: 0.4, share: 1 }] }],
    })
    /** Three of four are positive in one group, one of four in the other: any shared rate between errs on half of one. */
    expect(groupThresholds(perfect, 'demographic_parity')?.accuracy).toBeCloseTo(0.75, 12)
  })

  it.each(fairnessConstraints)('by %s is as good as the best of a fine grid', (constraint) => {
    const small = biased(200, 3)
    const plan = groupThresholds(small, constraint)
    const rates = (threshold: number, group: number) => {
      const rows = [...small.actual.keys()].filter((row) => small.groups.of[row] === group)
      const positives = rows.filter((row) => small.actual[row] === 1)
      const called = (row: number): boolean => (small.scores[row] ?? 0) >= threshold
      const right = rows.filter((row) => called(row) === (small.actual[row] === 1)).length
      return {
        right,
        tpr: positives.filter(called).length / positives.length,
        selected: rows.filter(called).length / rows.length,
        fpr: rows.filter((row) => called(row) && small.actual[row] === 0).length / (rows.length - positives.length),
      }
    }
    const grid = Array.from({ length: 101 }, (_, i) => i / 100)
    const [a, b] = [0, 1].map((group) => grid.map((threshold) => rates(threshold, group)))
    for (const left of a ?? []) {
      for (const right of b ?? []) {
        const equal =
          constraint === 'demographic_parity'
            ? left.selected === right.selected
            : left.tpr === right.tpr && (constraint === 'equal_opportunity' || left.fpr === right.fpr)
        if (equal) expect((left.right + right.right) / 200).toBeLessThanOrEqual((plan?.accuracy ?? 0) + 1e-9)
      }
    }
  })

  it('does not exist for a group of one answer', () => {
    const one = { ...sample, actual: Uint8Array.from(sample.actual, (y, row) => (sample.groups.of[row] === 1 ? 0 : y)) }
    expect(groupThresholds(one, 'equalized_odds')).toBeUndefined()
    expect(() => mitigationOf(one, 'equalized_odds')).toThrow(/Group 'b' has rows of one answer only/)
  })

  it('lies on a hull above every point', () => {
    const hull = upperHull([
      { x: 0, y: 0, threshold: null },
      { x: 0.5, y: 0.4, threshold: 2 },
      { x: 0.5, y: 0.9, threshold: 1 },
      { x: 1, y: 1, threshold: 0 },
    ])
    expect(hull.map(({ threshold }) => threshold)).toEqual([null, 1, 0])
  })
})

describe('reweighing', () => {
  const groups = Int32Array.of(0, 0, 0, 0, 1, 1)
  const answers = [1, 1, 1, 0, 1, 0]

  it('weighs a cell by expected over observed share, as Kamiran & Calders have it', () => {
    expect(reweighingCells(groups, answers)).toEqual([
      { group: 0, answer: 0, rows: 1, weight: 4 / 6 / 0.5 },
      { group: 0, answer: 1, rows: 3, weight: 16 / 18 },
      { group: 1, answer: 0, rows: 1, weight: 4 / 6 },
      { group: 1, answer: 1, rows: 1, weight: 8 / 6 },
    ])
  })

  it('makes group and answer independent and keeps the sum, also over weights given', () => {
    const given = Float64Array.of(1, 2, 1, 1, 0.5, 3)
    for (const weights of [undefined, given]) {
      const found = reweighing(groups, answers, weights)
      const mass = (group: number, answer: number): number =>
        found.reduce((sum, weight, row) => sum + (groups[row] === group && answers[row] === answer ? weight : 0), 0)
      const share = (group: number): number => mass(group, 1) / (mass(group, 0) + mass(group, 1))
      expect(share(0)).toBeCloseTo(share(1), 12)
      const before = weights?.reduce((sum, weight) => sum + weight, 0) ?? 6
      expect(found.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(before, 12)
    }
  })
})
