/** Says whether a registered model treats groups of people alike. */
import { z } from 'zod'
import { getDataset } from '../ml/data/datasets.ts'
import { loadFrame } from '../ml/data/frame-reader.ts'
import { judgeFairness } from '../ml/fairness/fairness.ts'
import { fairnessConstraints } from '../ml/fairness/group-thresholds.ts'
import type { Mitigation } from '../ml/fairness/mitigation.ts'
import { decisionMeasures, type FairGroup, type FairnessReport, type FairnessWish, numberMeasures } from '../ml/fairness/report.ts'
import { getModelVersion, type ModelVersion } from '../ml/registry/registry.ts'
import { Fault } from '../platform/fault.ts'
import { datasetRef, list, versionName } from './dataset-schema.ts'
import { fairGroups, fairMeasures, mitigationSchema } from './fairness-schema.ts'
import { modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

const column = z.string().min(1).max(500)

const input = z.strictObject({
  model: modelName,
  version: versionNumber.optional().describe('Version; the one in production, else the newest, when absent.'),
  sensitive: z
    .union([column, z.array(column).min(1).max(5)])
    .describe(
      'Column of the groups, such as sex; several are crossed (sex and age). Need not be an input of the model; numbers are grouped by quarters.',
    ),
  dataset: datasetRef.optional().describe('Data with true answers and the sensitive columns; what the model was trained on when absent.'),
  positive: z.string().min(1).optional().describe('Class that is the favourable answer; the second of two when absent.'),
  threshold: z.number().min(0).max(1).optional().describe('Lowest probability called positive; the most likely class when absent.'),
  privileged: z
    .string()
    .min(1)
    .optional()
    .describe('Group that the others are compared with; the one most often called positive when absent.'),
  gates: z
    .partialRecord(z.enum([...decisionMeasures, ...numberMeasures]), z.number().min(0).max(1e12))
    .optional()
    .describe('Limits by measure, such as {"demographic_parity_difference": 0.1}: most for differences, least for ratios.'),
  mitigation: z
    .enum(fairnessConstraints)
    .optional()
    .describe('Also work out a threshold for each group that keeps this, and what accuracy it costs.'),
  small_group: z.int().min(1).max(1_000_000).default(30).describe('Groups with fewer rows are flagged.'),
})

export const fairnessReportTool = defineTool({
  name: 'fairness_report',
  title: 'Report fairness',
  description:
    'Says whether a registered model treats groups of people alike: selection rate, true and false positive rate, precision and accuracy of each group with intervals (for numbers: errors), the gaps between groups in the definitions of Fairlearn and AIF360, which limits they keep (gates), weights that would balance the training data, and thresholds by group (mitigation). Use it before a model decides about people. Metrics by group without the question of fairness: evaluate_model with by.',
  input,
  output: fairMeasures.extend({
    model: modelName,
    version: versionNumber,
    dataset: z.string().describe('Dataset and version, as name@version.'),
    rows: z.int().describe('Rows measured.'),
    sensitive: list(z.string()).describe('Columns of the groups.'),
    positive: z.string().optional().describe('Class counted as the favourable answer; absent for numbers.'),
    privileged: z.string().optional().describe('Group that the others are compared with; absent for numbers.'),
    groups: fairGroups,
    by_column: list(fairMeasures.extend({ sensitive: z.string().describe('Column.'), groups: fairGroups })).describe(
      'Each column by itself, where several are crossed.',
    ),
    gates: list(
      z.object({
        measure: z.string().describe('Measure.'),
        limit: z.number().describe('Most for a difference, least for a ratio.'),
        value: z.number().nullable().describe('What it is; null where the rows cannot define it.'),
        passed: z.boolean().describe('Whether the limit is kept.'),
      }),
    ).describe('Each limit that was given.'),
    passed: z.boolean().describe('Whether all gates are passed; true without gates.'),
    weights: list(
      z.object({
        group: z.string().describe('Group.'),
        answer: z.string().describe('True class.'),
        rows: z.int().describe('Rows of both.'),
        weight: z.number().describe('How much each should count, so that group and answer are independent (Kamiran & Calders 2012).'),
      }),
    ).describe('Reweighing for a training; empty for numbers.'),
    mitigation: mitigationSchema.optional().describe('With mitigation: a threshold for each group.'),
    warnings: list(z.string()).describe('Small groups and rows that could not be used.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    {
      says: 'Does churn treat regions alike, within ten points?',
      input: { model: 'churn', version: 1, sensitive: 'region', dataset: 'customers-test', gates: { demographic_parity_difference: 0.1 } },
    },
    {
      says: 'Is churn fair by region and automatic payment, and what would equal odds cost?',
      input: { model: 'churn', version: 1, sensitive: ['region', 'auto_pay'], dataset: 'customers', mitigation: 'equalized_odds' },
    },
  ],
  run: async ({ model, version: asked, dataset: ref, ...rest }, { db, blobs, caller, signal }) => {
    const found = await getModelVersion(db, caller.workspace, model, asked)
    const dataset = await getDataset(db, caller.workspace, ref ?? trainedOn(found))
    const frame = await loadFrame(dataset, { blobs, signal })
    const report = await judgeFairness({ bytes: await blobs.get(found.blob), frame, wish: wishOf(rest) }, signal)
    const name = versionName(dataset)
    const note = ref === undefined ? ['Measured on the data the model was trained on, where models look better than they are.'] : []
    return {
      content:
        `'${model}' version ${found.version} on ${name} (${report.rows} rows): ${inWords(report)} ${[...note, ...report.warnings].join(' ')}`.trim(),
      data: {
        ...{ model, version: found.version, dataset: name, rows: report.rows, sensitive: report.sensitive },
        ...report.measures,
        ...(report.positive !== undefined && { positive: report.positive }),
        ...(report.privileged !== undefined && { privileged: report.privileged }),
        groups: report.groups.map(groupInData),
        by_column: report.single.map(({ sensitive, groups: own, measures: gaps }) => ({
          sensitive: sensitive[0] ?? '',
          ...gaps,
          groups: own.map(groupInData),
        })),
        gates: report.gates,
        passed: report.gates.every(({ passed }) => passed),
        weights: report.weights,
        ...(report.mitigation && { mitigation: mitigationInData(report.mitigation) }),
        warnings: [...note, ...report.warnings],
      },
    }
  },
})

function trainedOn({ model, version, reference }: ModelVersion): string {
  if (reference !== undefined) return versionName({ name: reference.dataset, version: reference.version })
  throw new Fault('invalid_input', `It is not known what '${model}' version ${version} was trained on. Name a dataset with true answers.`)
}

type Rest = Omit<z.output<typeof input>, 'model' | 'version' | 'dataset'>

function wishOf({ sensitive, positive, threshold, privileged, gates, mitigation, small_group }: Rest): FairnessWish {
  return {
    sensitive: typeof sensitive === 'string' ? [sensitive] : [...new Set(sensitive)],
    smallGroup: small_group,
    ...(positive !== undefined && { positive }),
    ...(threshold !== undefined && { threshold }),
    ...(privileged !== undefined && { privileged }),
    ...(gates !== undefined && {
      gates: Object.fromEntries(Object.entries(gates).flatMap(([name, limit]) => (limit === undefined ? [] : [[name, limit]]))),
    }),
    ...(mitigation !== undefined && { mitigation }),
  }
}

const groupInData = ({ group, rows, small, rates, intervals }: FairGroup) => ({ ...rates, group, rows, small, intervals })

function mitigationInData({
  constraint,
  accuracyBefore,
  accuracyAfter,
  before,
  after,
  ...plan
}: Mitigation): z.input<typeof mitigationSchema> {
  return {
    ...{ constraint, accuracy_before: accuracyBefore, accuracy_after: accuracyAfter, before, after },
    groups: plan.groups.map(({ group, thresholds, chance, rates }) => ({ ...rates, group, thresholds, chance })),
  }
}

/** "demographic_parity_difference 0.120 between 'north' (0.31) and 'south' (0.19). 1 of 2 gates failed: …" */
function inWords({ task, groups: all, measures: gaps, gates, mitigation }: FairnessReport): string {
  const rate = task === 'regression' ? 'mae' : 'selection_rate'
  const gap = task === 'regression' ? 'mae_difference' : 'demographic_parity_difference'
  const sorted = all.toSorted((a, b) => (b.rates[rate] ?? 0) - (a.rates[rate] ?? 0))
  const end = (group: FairGroup | undefined): string => `'${group?.group}' (${(group?.rates[rate] ?? 0).toPrecision(3)})`
  const odds =
    gaps.equalized_odds_difference === undefined ? '' : `, equalized_odds_difference ${gaps.equalized_odds_difference.toPrecision(3)}`
  const failed = gates
    .filter(({ passed }) => !passed)
    .map(({ measure, value, limit }) => `${measure} ${value?.toPrecision(3) ?? 'not defined'} (limit ${limit})`)
  const gate = gates.length === 0 ? '' : failed.length === 0 ? ' All gates are passed.' : ` Gates not passed: ${failed.join('; ')}.`
  const cost = mitigation
    ? ` Thresholds by group for ${mitigation.constraint} would bring accuracy from ${mitigation.accuracyBefore.toPrecision(3)} to ${mitigation.accuracyAfter.toPrecision(3)}.`
    : ''
  return `${gap} ${(gaps[gap] ?? 0).toPrecision(3)}${odds}; ${rate} is highest in ${end(sorted[0])} and lowest in ${end(sorted.at(-1))}.${gate}${cost}`
}
