/** What a threshold for each group would make of a model's decisions: the gaps that are left, and the accuracy that it costs. */
import { Fault } from '../../platform/fault.ts'
import { betweenGroups, type Measures } from './disparities.ts'
import { type FairnessConstraint, type GroupThreshold, groupThresholds, type ScoredGroups } from './group-thresholds.ts'
import { type Decisions, ratesByGroup } from './rates.ts'

export interface Mitigation {
  readonly constraint: FairnessConstraint
  readonly groups: readonly GroupThreshold[]
  readonly accuracyBefore: number
  readonly accuracyAfter: number
  /** Gaps between groups, before and to be expected after. */
  readonly before: Measures
  readonly after: Measures
}

/** Throws `invalid_input` where a group has rows of one answer only. */
export function mitigationOf(sample: Decisions & ScoredGroups, constraint: FairnessConstraint): Mitigation {
  const plan = groupThresholds(sample, constraint)
  const found = ratesByGroup(sample, sample.groups)
  if (plan === undefined) {
    const lacking = found.find(({ rates }) => rates.tpr === undefined || rates.fpr === undefined)
    throw new Fault(
      'invalid_input',
      `Group '${lacking?.group}' has rows of one answer only, so no threshold can be chosen for it. Name fewer sensitive columns or use more rows.`,
    )
  }
  const right = sample.actual.reduce((count, answer, row) => count + (answer === sample.called[row] ? 1 : 0), 0)
  return {
    constraint,
    groups: plan.groups,
    accuracyBefore: right / sample.actual.length,
    accuracyAfter: plan.accuracy,
    before: defined(betweenGroups(found)),
    after: defined(betweenGroups(plan.groups)),
  }
}

const defined = (measures: Measures): Measures => Object.fromEntries(Object.entries(measures).filter(([, value]) => Number.isFinite(value)))
