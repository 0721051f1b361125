/** How an evaluation looks in the results of tools. */
import { z } from 'zod'
import type { EvaluationReport } from '../ml/evaluation/report.ts'
import type { ThresholdChoice } from '../ml/evaluation/threshold.ts'
import { list } from './dataset-schema.ts'
import { scoresSchema } from './training-schema.ts'

const rate = (words: string) => z.number().describe(words)

export const intervalsSchema = z
  .record(z.string(), z.object({ low: z.number().describe('Lower end.'), high: z.number().describe('Upper end.') }))
  .describe('95 % intervals by name, from drawing the rows again a thousand times.')

const thresholdOutcome = z.object({
  threshold: z.number().nullable().describe('Lowest probability called positive; null: call nothing positive.'),
  value: z.number().describe('Mean cost of a row, or the value of threshold_by.'),
  true_positives: z.number().describe('Positive rows called positive.'),
  false_positives: z.number().describe('Negative rows called positive.'),
  false_negatives: z.number().describe('Positive rows called negative.'),
  true_negatives: z.number().describe('Negative rows called negative.'),
})

export const evaluationSchema = z.object({
  metrics: scoresSchema,
  intervals: intervalsSchema,
  baseline: scoresSchema.describe("Metrics of always answering the data's own class shares or mean."),
  baseline_last: scoresSchema
    .optional()
    .describe('With time_column: metrics of answering what was true in the row before. On slow streams hard to beat.'),
  confusion: z
    .object({
      classes: list(z.string()).describe('Order of rows and columns.'),
      counts: list(list(z.int())).describe('Rows are true classes, columns predicted ones.'),
    })
    .optional()
    .describe('Only for classes.'),
  curves: list(
    z.object({
      class: z.string().describe('Class counted as positive.'),
      roc: list(
        z.object({
          threshold: z.number().nullable().describe('Lowest probability called positive; null at the start.'),
          fpr: rate('False positive rate.'),
          tpr: rate('True positive rate.'),
        }),
      ).describe('ROC curve, at most 200 points.'),
      precision_recall: list(
        z.object({ threshold: rate('Lowest probability called positive.'), precision: rate('Precision.'), recall: rate('Recall.') }),
      ).describe('Precision-recall curve, at most 200 points.'),
      lift: list(
        z.object({
          share: rate('Share of all rows taken, highest probability first.'),
          gain: rate('Share of all positives among them.'),
          lift: rate('How many times as many positives as at random.'),
        }),
      ).describe('Cumulative gain and lift, at most 200 points.'),
      calibration: list(
        z.object({
          predicted: rate('Mean probability given.'),
          observed: rate('Share that came true.'),
          rows: z.int().describe('Rows in the bin.'),
        }),
      ).describe('Ten bins of equal width, empty ones left out: observed equals predicted where probabilities can be taken at their word.'),
    }),
  ).describe('For two classes the second one, for more each against the rest (the first 20); empty for numbers.'),
  threshold: z
    .object({
      by: z.string().describe('cost or the measure.'),
      chosen: thresholdOutcome,
      at_half: thresholdOutcome.describe('What 0.5 does.'),
    })
    .optional()
    .describe('With costs or threshold_by: the best threshold on these rows. Check it on others before relying on it.'),
  slices: list(
    z.object({
      group: z.string().describe('Value of the column, or a range of it.'),
      rows: z.int().describe('Rows in the group.'),
      metrics: scoresSchema,
    }),
  )
    .optional()
    .describe('With by: the same metrics group by group, the largest first.'),
  warnings: list(z.string()).describe('Rows that could not be used.'),
})

/** A report as results of tools show it; only metrics that `keep` wants. */
export function evaluationInData(report: EvaluationReport, keep: (metric: string) => boolean): z.input<typeof evaluationSchema> {
  const chosen = <V>(all: Readonly<Record<string, V>>): Record<string, V> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => keep(name)))
  const { threshold } = report
  return {
    metrics: chosen(report.metrics),
    intervals: chosen(report.intervals),
    baseline: chosen(report.baseline),
    ...(report.baselineLast && { baseline_last: chosen(report.baselineLast) }),
    ...(report.confusion && { confusion: report.confusion }),
    curves: report.curves.map(({ precisionRecall, gain, ...curve }) => ({ ...curve, precision_recall: precisionRecall, lift: gain })),
    ...(threshold && {
      threshold: {
        by: threshold.objective.kind === 'cost' ? 'cost' : threshold.objective.metric,
        chosen: outcomeInData(threshold.chosen),
        at_half: outcomeInData(threshold.atHalf),
      },
    }),
    ...(report.slices && { slices: report.slices.map((slice) => ({ ...slice, metrics: chosen(slice.metrics) })) }),
    warnings: report.warnings,
  }
}

function outcomeInData(choice: ThresholdChoice): z.input<typeof thresholdOutcome> {
  const { threshold, value, truePositives, falsePositives, falseNegatives, trueNegatives } = choice
  return {
    ...{ threshold, value, true_positives: truePositives, false_positives: falsePositives },
    ...{ false_negatives: falseNegatives, true_negatives: trueNegatives },
  }
}
