/**
 * How unequally groups are treated, in the definitions of Fairlearn (the widest gap between any two groups) and of AIF360
 * (all other rows together against a privileged group; negative where they fare worse). A measure that rests on a rate no
 * group has, or on 0 divided by 0, is left out.
 */
import { addCounts, type Counts, type GroupRates, type RateName, type Rates, ratesOf, rowsOf } from './rates.ts'

/** Names of measures that are best at 1; all others are best at 0. */
export const ratioMeasures: ReadonlySet<string> = new Set(['demographic_parity_ratio', 'equalized_odds_ratio', 'disparate_impact'])

export type Measures = Readonly<Record<string, number>>

/** `privileged` is an index of `groups`; by convention the group that is most often said yes to. */
export function disparities(groups: readonly GroupRates[], privileged: number): Measures {
  const all = addCounts(groups.map(({ counts }) => counts))
  const others = ratesOf(addCounts(groups.filter((_, g) => g !== privileged).map(({ counts }) => counts))).rates
  return Object.fromEntries(
    Object.entries({
      ...betweenGroups(groups),
      ...againstPrivileged(groups[privileged]?.rates ?? {}, others),
      theil_index: theil(all),
    }).filter(([, value]) => Number.isFinite(value)),
  )
}

/** The group with the highest selection rate, the first of equals. */
export function mostSelected(groups: readonly GroupRates[]): number {
  const rates = groups.map(({ rates }) => rates.selection_rate ?? -1)
  return rates.indexOf(Math.max(...rates))
}

/** Fairlearn's: the largest difference and the smallest ratio between groups. Equalized odds takes the worse of tpr and fpr. */
export function betweenGroups(groups: readonly Pick<GroupRates, 'rates'>[]): Measures {
  const gap = (name: RateName): number => {
    const values = valuesOf(groups, name)
    return Math.max(...values) - Math.min(...values)
  }
  const ratio = (name: RateName): number => {
    const values = valuesOf(groups, name)
    return Math.min(...values) / Math.max(...values)
  }
  const odds = [ratio('tpr'), ratio('fpr')].filter((value) => !Number.isNaN(value))
  return {
    demographic_parity_difference: gap('selection_rate'),
    demographic_parity_ratio: ratio('selection_rate'),
    equalized_odds_difference: Math.max(gap('tpr'), gap('fpr')),
    equalized_odds_ratio: Math.min(...odds),
    equal_opportunity_difference: gap('tpr'),
    false_positive_rate_difference: gap('fpr'),
    predictive_parity_difference: gap('precision'),
    accuracy_difference: gap('accuracy'),
  }
}

const valuesOf = (groups: readonly Pick<GroupRates, 'rates'>[], name: RateName): readonly number[] =>
  groups.map(({ rates }) => rates[name]).filter((value) => value !== undefined)

/** AIF360's: the others minus (or divided by) the privileged. */
function againstPrivileged(privileged: Rates, others: Rates): Measures {
  const minus = (name: RateName): number => (others[name] ?? Number.NaN) - (privileged[name] ?? Number.NaN)
  return {
    statistical_parity_difference: minus('selection_rate'),
    disparate_impact: (others.selection_rate ?? Number.NaN) / (privileged.selection_rate ?? Number.NaN),
    average_odds_difference: (minus('fpr') + minus('tpr')) / 2,
    average_abs_odds_difference: (Math.abs(minus('fpr')) + Math.abs(minus('tpr'))) / 2,
  }
}

/**
 * Inequality of benefits (Speicher et al. 2018): a wrong yes is worth 2, a right answer 1, a wrong no 0; 0 when all benefit
 * alike. (1/n) sum of (b/mean) ln(b/mean).
 */
export function theil(counts: Counts): number {
  const { truePositives, falsePositives, trueNegatives } = counts
  const rows = rowsOf(counts)
  const right = truePositives + trueNegatives
  const mean = (right + 2 * falsePositives) / rows
  const part = (count: number, benefit: number): number => (count === 0 ? 0 : count * (benefit / mean) * Math.log(benefit / mean))
  return (part(right, 1) + part(falsePositives, 2)) / rows
}
