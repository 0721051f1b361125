/** How groups of people and the gaps between them look in the results of tools. */
import { z } from 'zod'
import { fairnessConstraints } from '../ml/fairness/group-thresholds.ts'
import { list } from './dataset-schema.ts'
import { intervalsSchema } from './evaluation-schema.ts'
import { scoresSchema } from './training-schema.ts'

const measured = z.number().optional()

const rates = z.object({
  selection_rate: measured.describe('Share called positive.'),
  tpr: measured.describe('Of the positive rows, the share called positive.'),
  fpr: measured.describe('Of the negative rows, the share called positive.'),
  fnr: measured.describe('Of the positive rows, the share called negative.'),
  precision: measured.describe('Of the rows called positive, the share that is.'),
  accuracy: measured.describe('Share of right answers.'),
})

const errors = z.object({
  mean_prediction: measured.describe('For numbers: mean of what is predicted.'),
  mean_target: measured.describe('For numbers: mean of what is true.'),
  mean_error: measured.describe('For numbers: mean of predicted minus true.'),
  mae: measured.describe('For numbers: mean absolute error.'),
  rmse: measured.describe('For numbers: root of the mean squared error.'),
})

export const fairGroups = list(
  rates.extend(errors.shape).extend({
    group: z.string().describe('Value of the column, or values of all of them.'),
    rows: z.int().describe('Rows in the group.'),
    small: z.boolean().describe('Too few rows to trust its rates.'),
    intervals: intervalsSchema.describe('95 % intervals of its rates.'),
  }),
).describe('Each group with its rates or, for numbers, errors; one that no row defines is left out.')

export const fairMeasures = z.object({
  demographic_parity_difference: measured.describe('Widest gap in selection rate between groups; 0 is equal.'),
  demographic_parity_ratio: measured.describe('Smallest over largest selection rate; 1 is equal, below .8 fails the four-fifths rule.'),
  equalized_odds_difference: measured.describe('The wider of the gaps in true and in false positive rate.'),
  equalized_odds_ratio: measured.describe('The smaller of their ratios.'),
  equal_opportunity_difference: measured.describe('Widest gap in true positive rate.'),
  false_positive_rate_difference: measured.describe('Widest gap in false positive rate.'),
  predictive_parity_difference: measured.describe('Widest gap in precision.'),
  accuracy_difference: measured.describe('Widest gap in accuracy.'),
  statistical_parity_difference: measured.describe('Selection rate of all others minus that of the privileged group.'),
  disparate_impact: measured.describe('The same as a ratio.'),
  average_odds_difference: measured.describe('Mean of the differences in true and false positive rate, others minus privileged.'),
  average_abs_odds_difference: measured.describe('The same of their sizes.'),
  theil_index: measured.describe('Inequality of benefits over all rows; 0 is equal.'),
  mean_prediction_difference: measured.describe('For numbers: widest gap in mean prediction.'),
  mean_error_difference: measured.describe('For numbers: widest gap in mean error.'),
  mae_difference: measured.describe('For numbers: widest gap in mean absolute error.'),
  mae_ratio: measured.describe('For numbers: smallest over largest mean absolute error.'),
  rmse_difference: measured.describe('For numbers: widest gap in root mean squared error.'),
})

export const mitigationSchema = z.object({
  constraint: z.enum(fairnessConstraints).describe('What is kept equal.'),
  groups: list(
    rates.extend({
      group: z.string().describe('Group.'),
      thresholds: list(
        z.object({
          threshold: z.number().nullable().describe('Lowest probability called positive; null: none.'),
          share: z.number().describe('Share of its rows, drawn at random, that this threshold decides.'),
        }),
      ).describe('One, or two to draw between.'),
      chance: z.object({
        share: z.number().describe('Share of its rows answered by chance alone.'),
        yes: z.number().describe('How often chance says yes.'),
      }),
    }),
  ).describe('Thresholds by group with the rates to be expected on these rows.'),
  accuracy_before: z.number().describe('Accuracy as the model decides now.'),
  accuracy_after: z.number().describe('Accuracy to be expected with these thresholds.'),
  before: scoresSchema.describe('Gaps between groups now.'),
  after: scoresSchema.describe('Gaps to be expected with these thresholds.'),
})
