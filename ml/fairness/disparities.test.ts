import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { disparities, mostSelected, theil } from './disparities.ts'
import { passGates } from './gates.ts'
import { numberDisparities, numbersByGroup } from './number-groups.ts'
import { type Decisions, ratesByGroup, wilson } from './rates.ts'

/** Rows of one group from its four counts. */
const rowsOf = (tp: number, fp: number, fn: number, tn: number): readonly (readonly [number, number])[] => [
  ...Array(tp).fill([1, 1]),
  ...Array(fp).fill([0, 1]),
  ...Array(fn).fill([1, 0]),
  ...Array(tn).fill([0, 0]),
]

function decided(...groups: readonly (readonly (readonly [number, number])[])[]) {
  const all = groups.flat()
  const decisions: Decisions = {
    actual: Uint8Array.from(all, ([actual]) => actual),
    called: Uint8Array.from(all, ([, called]) => called),
  }
  const names = ['a', 'b', 'c'].slice(0, groups.length)
  return ratesByGroup(decisions, { of: Int32Array.from(groups.flatMap((rows, g) => rows.map(() => g))), names })
}

const near = (found: Readonly<Record<string, number | undefined>>, wanted: Readonly<Record<string, number>>): void => {
  for (const [name, value] of Object.entries(wanted)) expect(found[name], name).toBeCloseTo(value, 12)
}

describe('rates by group', () => {
  const [a, b] = decided(rowsOf(3, 1, 1, 5), rowsOf(2, 4, 2, 2))

  it('are those of the counts', () => {
    near(a?.rates ?? {}, { selection_rate: 0.4, tpr: 0.75, fpr: 1 / 6, fnr: 0.25, precision: 0.75, accuracy: 0.8 })
    near(b?.rates ?? {}, { selection_rate: 0.6, tpr: 0.5, fpr: 2 / 3, fnr: 0.5, precision: 1 / 3, accuracy: 0.4 })
  })

  it('leave out what a group cannot define', () => {
    const [none] = decided(rowsOf(0, 0, 0, 4))
    expect(none?.rates).toEqual({ selection_rate: 0, fpr: 0, accuracy: 1 })
  })

  it('have intervals inside 0 to 1, the wider the fewer rows', () => {
    /** Wilson 1927; the textbook's 1 of 10. */
    near({ ...wilson(1, 10) }, { low: 0.017876213095, high: 0.404150026795 })
    expect(wilson(0, 5).low).toBe(0)
    expect(wilson(5, 5).high).toBe(1)
    expect(wilson(50, 100).high - wilson(50, 100).low).toBeLessThan(wilson(5, 10).high - wilson(5, 10).low)
  })
})

describe('disparities', () => {
  const groups = decided(rowsOf(3, 1, 1, 5), rowsOf(2, 4, 2, 2))

  it("are Fairlearn's and AIF360's, worked out by hand", () => {
    expect(mostSelected(groups)).toBe(1)
    near(disparities(groups, 1), {
      demographic_parity_difference: 0.2,
      demographic_parity_ratio: 2 / 3,
      equalized_odds_difference: 0.5,
      equalized_odds_ratio: 0.25,
      equal_opportunity_difference: 0.25,
      false_positive_rate_difference: 0.5,
      predictive_parity_difference: 5 / 12,
      accuracy_difference: 0.4,
      statistical_parity_difference: -0.2,
      disparate_impact: 2 / 3,
      average_odds_difference: -0.125,
      average_abs_odds_difference: 0.375,
      theil_index: (12 * (1 / 1.1) * Math.log(1 / 1.1) + 5 * (2 / 1.1) * Math.log(2 / 1.1)) / 20,
    })
  })

  it('turn their sign with the privileged group', () => {
    near(disparities(groups, 0), { statistical_parity_difference: 0.2, disparate_impact: 1.5, average_odds_difference: 0.125 })
  })

  it('compare the widest of many groups, and all others together with the privileged', () => {
    const three = decided(rowsOf(1, 0, 0, 3), rowsOf(2, 0, 0, 2), rowsOf(3, 0, 0, 1))
    near(disparities(three, 2), {
      demographic_parity_difference: 0.5,
      demographic_parity_ratio: 1 / 3,
      statistical_parity_difference: 3 / 8 - 3 / 4,
      disparate_impact: 0.5,
      equalized_odds_difference: 0,
      theil_index: 0,
    })
  })

  it('are 0 and 1 for groups treated alike', () => {
    near(disparities(decided(rowsOf(2, 1, 1, 2), rowsOf(4, 2, 2, 4)), 0), {
      demographic_parity_difference: 0,
      demographic_parity_ratio: 1,
      equalized_odds_difference: 0,
      equalized_odds_ratio: 1,
      statistical_parity_difference: 0,
      disparate_impact: 1,
    })
  })

  it('leave out what nobody is selected for, and are never infinite', () => {
    const none = disparities(decided(rowsOf(0, 0, 2, 2), rowsOf(0, 0, 1, 3)), 0)
    expect(none).not.toHaveProperty('demographic_parity_ratio')
    expect(none).not.toHaveProperty('disparate_impact')
    expect(none.demographic_parity_difference).toBe(0)
    expect(Object.values(none).every(Number.isFinite)).toBe(true)
  })

  it('of benefits shared alike are 0 (Theil)', () => {
    expect(theil({ truePositives: 3, falsePositives: 0, falseNegatives: 0, trueNegatives: 3 })).toBe(0)
    expect(theil({ truePositives: 0, falsePositives: 2, falseNegatives: 2, trueNegatives: 0 })).toBeCloseTo(Math.log(2), 12)
  })
})

describe('numbers by group', () => {
  const found = numbersByGroup(Float64Array.of(1, 3, 10, 10), Float64Array.of(2, 4, 7, 9), {
    of: Int32Array.of(0, 0, 1, 1),
    names: ['a', 'b'],
  })

  it('are means and errors with their sign', () => {
    near(found[0]?.rates ?? {}, { mean_prediction: 3, mean_target: 2, mean_error: 1, mae: 1, rmse: 1 })
    near(found[1]?.rates ?? {}, { mean_prediction: 8, mean_target: 10, mean_error: -2, mae: 2, rmse: Math.sqrt(5) })
    expect(found[1]?.intervals.mean_error?.low).toBeLessThan(-2)
  })

  it('differ by the widest gap', () => {
    near(numberDisparities(found), { mean_prediction_difference: 5, mean_error_difference: 3, mae_difference: 1, mae_ratio: 0.5 })
  })
})

describe('gates', () => {
  const measures = {
    demographic_parity_difference: 0.09,
    demographic_parity_ratio: 0.7,
    statistical_parity_difference: -0.2,
    disparate_impact: 1.5,
  }
  const known = [...Object.keys(measures), 'theil_index']

  it('let pass what is small enough as a difference and large enough as a ratio, to either side', () => {
    const results = passGates(
      measures,
      { demographic_parity_difference: 0.1, demographic_parity_ratio: 0.8, statistical_parity_difference: 0.1, disparate_impact: 0.6 },
      known,
    )
    expect(results.map(({ passed }) => passed)).toEqual([true, false, false, true])
  })

  it('do not let pass what cannot be measured, and refuse what does not exist', () => {
    expect(passGates(measures, { theil_index: 0.1 }, known)).toEqual([{ measure: 'theil_index', limit: 0.1, value: null, passed: false }])
    expect(() => passGates(measures, { parity: 0.1 }, known)).toThrow(/no measure 'parity'.*demographic_parity_difference/)
  })
})

const { MILLRACE_REFERENCE_METRICS: file } = process.env
const share = z.record(z.string(), z.unknown())
const reference = z.object({
  binary: z.record(z.string(), z.object({ y: z.array(z.number()) })),
  fairness: z.object({
    y_from: z.string(),
    group: z.array(z.string()),
    pred: z.array(z.number()),
    expected: share,
  }),
})

describe.skipIf(file === undefined)('the larger file of reference digits', () => {
  it('has the same measures of fairness', async () => {
    const { binary, fairness } = reference.parse(JSON.parse(await readFile(file ?? '', 'utf8')))
    const actual = Uint8Array.from(binary[fairness.y_from.replace('binary.', '')]?.y ?? [])
    const of = Int32Array.from(fairness.group, (name) => (name === 'A' ? 0 : 1))
    const groups = ratesByGroup({ actual, called: Uint8Array.from(fairness.pred) }, { of, names: ['A', 'B'] })
    const found: Record<string, number> = disparities(groups, 0)
    for (const [words, value] of Object.entries(fairness.expected)) {
      if (typeof value === 'number') expect(found[words.replace(/\(.*/, '')], words).toBeCloseTo(value, 9)
    }
    const byGroup = z.record(z.string(), z.record(z.string(), z.number())).parse(fairness.expected.by_group)
    for (const { group, rows, rates } of groups) {
      const { n, ...wanted } = byGroup[group] ?? {}
      expect(rows).toBe(n)
      near(rates, wanted)
    }
  })
})
