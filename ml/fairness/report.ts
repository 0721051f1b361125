/**
 * Whether a model treats groups of people alike: rates or errors of each group, and of each crossing of several columns, the
 * gaps between them, whether they keep given limits, and what weights or thresholds would do about it.
 */
import { Fault } from '../../platform/fault.ts'
import type { Column, Frame } from '../data/frame.ts'
import { knownAnswers } from '../evaluation/answers.ts'
import { groupsOf, intersectionOf, type RowGroups } from '../evaluation/row-groups.ts'
import { type Model, scoreFrame, shapeOf } from '../models/model.ts'
import { chosenClass, isSupervised, outputs, type Task } from '../models/problem.ts'
import { columnNamed } from '../training/columns.ts'
import { disparities, type Measures, mostSelected } from './disparities.ts'
import { type GateResult, passGates } from './gates.ts'
import type { FairnessConstraint } from './group-thresholds.ts'
import { type Mitigation, mitigationOf } from './mitigation.ts'
import { type NumberName, numberDisparities, numbersByGroup } from './number-groups.ts'
import { type Decisions, type Interval, type RateName, ratesByGroup } from './rates.ts'
import { reweighingCells } from './reweighing.ts'

export interface FairnessWish {
  /** Columns of the table; they need not be inputs of the model. */
  readonly sensitive: readonly string[]
  /** The class that is the yes. Default: the second of two. */
  readonly positive?: string
  /** Lowest probability of the yes that is called yes. Default: the most likely class. */
  readonly threshold?: number
  /** Group that AIF360's measures compare the others with. Default: the one most often said yes to. */
  readonly privileged?: string
  /** Limits by measure. */
  readonly gates?: Readonly<Record<string, number>>
  /** Work out a threshold for each group that keeps this. */
  readonly mitigation?: FairnessConstraint
  /** Groups with fewer rows are flagged. Default 30. */
  readonly smallGroup?: number
}

export interface FairGroup {
  readonly group: string
  readonly rows: number
  /** Too few rows to trust its rates. */
  readonly small: boolean
  /** A rate of no rows is left out. */
  readonly rates: Readonly<Partial<Record<RateName | NumberName, number>>>
  /** 95 %. */
  readonly intervals: Readonly<Record<string, Interval>>
}

export interface FairnessBySensitive {
  readonly sensitive: readonly string[]
  readonly groups: readonly FairGroup[]
  readonly measures: Measures
}

export interface FairnessReport extends FairnessBySensitive {
  readonly task: Task
  readonly rows: number
  /** Absent for numbers. */
  readonly positive?: string
  readonly privileged?: string
  /** Each column by itself, where several were asked for; the report itself is about their crossing. */
  readonly single: readonly FairnessBySensitive[]
  readonly gates: readonly GateResult[]
  readonly weights: readonly { readonly group: string; readonly answer: string; readonly rows: number; readonly weight: number }[]
  readonly mitigation?: Mitigation
  readonly warnings: readonly string[]
}

/** More groups than this are no groups of people, and no page could show them. */
const mostGroups = 200

/** Throws `invalid_input` where model, table and wish do not fit. Long tables belong in a worker: see fairness.ts. */
export function fairnessReport(model: Model, frame: Frame, wish: FairnessWish): FairnessReport {
  if (!isSupervised(model.task))
    throw new Fault(
      'invalid_input',
      `This model (${model.algorithm}, ${model.task}) predicts no column, so it decides about nobody. Choose another model.`,
    )
  const { rows, target, warnings } = knownAnswers(frame, model)
  const singles = wish.sensitive.map((name) => ({
    sensitive: [name],
    groups: requireGroups(name, columnNamed(frame, name, 'sensitive'), rows),
  }))
  const crossed = { sensitive: wish.sensitive, groups: intersectionOf(singles.map(({ groups }) => groups)) }
  if (crossed.groups.names.length > mostGroups)
    throw new Fault(
      'invalid_input',
      `${wish.sensitive.join(' and ')} cross to ${crossed.groups.names.length} groups, more than ${mostGroups}. Name fewer columns.`,
    )
  const scores = scoresOf(model, frame, rows)
  const sample = { target, scores, width: outputs(shapeOf(model)) }
  const judge = model.task === 'regression' ? judgeNumbers(sample) : judgeDecisions(sample, model, wish)
  const whole = judge(crossed, wish)
  const small = whole.groups.filter((group) => group.small).map(({ group, rows: count }) => `'${group}' (${count})`)
  return {
    task: model.task,
    rows: rows.length,
    ...whole,
    single: singles.length > 1 ? singles.map((each) => judge(each, { ...(wish.smallGroup && { smallGroup: wish.smallGroup }) })) : [],
    gates: passGates(whole.measures, wish.gates ?? {}, model.task === 'regression' ? numberMeasures : decisionMeasures),
    warnings: [
      ...warnings,
      ...(small.length > 0
        ? [
            `Groups with few rows: ${small.slice(0, 10).join(', ')}. Their rates are uncertain (see the intervals), and so are gaps that rest on them.`,
          ]
        : []),
    ],
  }
}

export const decisionMeasures: readonly string[] = [
  ...['demographic_parity_difference', 'demographic_parity_ratio', 'equalized_odds_difference', 'equalized_odds_ratio'],
  ...['equal_opportunity_difference', 'false_positive_rate_difference', 'predictive_parity_difference', 'accuracy_difference'],
  ...['statistical_parity_difference', 'disparate_impact', 'average_odds_difference', 'average_abs_odds_difference', 'theil_index'],
]

export const numberMeasures: readonly string[] = [
  ...['mean_prediction_difference', 'mean_error_difference', 'mae_difference', 'mae_ratio', 'rmse_difference'],
]

interface Sample {
  readonly target: Float64Array
  /** `width` per row. */
  readonly scores: Float64Array
  readonly width: number
}

interface Crossing {
  readonly sensitive: readonly string[]
  readonly groups: RowGroups
}

type Options = Omit<FairnessWish, 'sensitive'>
type Judged = FairnessBySensitive & Pick<FairnessReport, 'positive' | 'privileged' | 'weights' | 'mitigation'>

const defaultSmall = 30

function judgeNumbers({ target, scores }: Sample): (crossing: Crossing, options: Options) => Judged {
  return ({ sensitive, groups }, { smallGroup = defaultSmall, positive, threshold, mitigation }) => {
    if (positive !== undefined || threshold !== undefined || mitigation !== undefined)
      throw new Fault('invalid_input', 'This model predicts a number, which is no yes or no. Leave positive, threshold and mitigation out.')
    const found = numbersByGroup(target, scores, groups)
    return {
      sensitive,
      groups: found.map((group) => ({ ...group, small: group.rows < smallGroup })),
      measures: numberDisparities(found),
      weights: [],
    }
  }
}

function judgeDecisions(sample: Sample, model: Model, wish: FairnessWish): (crossing: Crossing, options: Options) => Judged {
  const names = model.classes.map(String)
  const positive = positiveClass(model, wish.positive)
  const yes = Float64Array.from(sample.target, (_, row) => sample.scores[row * sample.width + positive] ?? 0)
  const decisions: Decisions = {
    actual: Uint8Array.from(sample.target, (value) => (value === positive ? 1 : 0)),
    called: Uint8Array.from(yes, (score, row) => {
      const chosen =
        wish.threshold === undefined ? chosenClass(sample.scores, row * sample.width, sample.width) === positive : score >= wish.threshold
      return chosen ? 1 : 0
    }),
  }
  return ({ sensitive, groups }, { smallGroup = defaultSmall, privileged: asked, mitigation }) => {
    const found = ratesByGroup(decisions, groups)
    const privileged = asked === undefined ? mostSelected(found) : requireGroup(asked, groups)
    return {
      sensitive,
      groups: found.map(({ group, rows, rates, intervals }) => ({ group, rows, small: rows < smallGroup, rates, intervals })),
      measures: disparities(found, privileged),
      positive: names[positive] ?? '',
      privileged: groups.names[privileged] ?? '',
      weights: reweighingCells(groups.of, sample.target).map(({ group, answer, ...cell }) => ({
        group: groups.names[group] ?? '',
        answer: names[answer] ?? '',
        ...cell,
      })),
      ...(mitigation && { mitigation: mitigationOf({ ...decisions, scores: yes, groups }, mitigation) }),
    }
  }
}

function positiveClass(model: Model, asked: string | undefined): number {
  const names = model.classes.map(String)
  if (asked === undefined && names.length === 2) return 1
  const found = names.indexOf(asked ?? '')
  if (found >= 0) return found
  const words = asked === undefined ? `The model predicts ${names.length} classes.` : `'${asked}' is no class of the model.`
  throw new Fault('invalid_input', `${words} Name the class that is the favourable answer in positive: ${names.slice(0, 20).join(', ')}.`)
}

function scoresOf(model: Model, frame: Frame, rows: Uint32Array): Float64Array {
  const width = outputs(shapeOf(model))
  const all = scoreFrame(model, frame)
  const scores = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) scores.set(all.subarray(row * width, (row + 1) * width), i * width)
  return scores
}

function requireGroups(name: string, column: Column, rows: Uint32Array): RowGroups {
  const groups = groupsOf(column, rows)
  if (groups.names.length < 2)
    throw new Fault(
      'invalid_input',
      `Column '${name}' holds one group only ('${groups.names[0]}'), so there is nothing to compare. Name a column with two or more.`,
    )
  if (groups.names.length > mostGroups)
    throw new Fault(
      'invalid_input',
      `Column '${name}' has ${groups.names.length} values, more than the ${mostGroups} groups that can be compared. Name one with fewer.`,
    )
  return groups
}

function requireGroup(name: string, { names }: RowGroups): number {
  const found = names.indexOf(name)
  if (found >= 0) return found
  throw new Fault('invalid_input', `There is no group '${name}' to compare with. The groups: ${names.slice(0, 20).join('; ')}.`)
}
