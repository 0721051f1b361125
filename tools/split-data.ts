/** Splits a dataset into parts to train on and to test with. */
import { z } from 'zod'
import { getDataset, requireDatasetName, saveDataset } from '../ml/data/datasets.ts'
import { splitDataset, splitParts } from '../ml/data/split.ts'
import { datasetName, datasetRef, versionName } from './dataset-schema.ts'
import { defineTool } from './tool.ts'

const part = z.object({
  name: z.string().describe('Dataset name.'),
  version: z.int().describe('Its version.'),
  rows: z.int().describe('Number of rows.'),
})

export const splitDataTool = defineTool({
  name: 'split_data',
  title: 'Split a dataset',
  description:
    'Splits a dataset into new datasets to train on and to test with (and to validate with, when asked): at random by a seed, with the shares of a column kept (stratify_by), or by time (time_column: the latest rows are the test). Use it to hold rows back before training. train_model cross-validates by itself and does not need it.',
  input: z.strictObject({
    dataset: datasetRef,
    test_size: z.number().gt(0).lt(1).describe('Share of the rows for the test, for example 0.2.'),
    validation_size: z.number().gt(0).lt(1).optional().describe('Share of the rows for validation; no validation part when absent.'),
    stratify_by: z.string().optional().describe('Column whose values get the same share of every part, usually the target.'),
    time_column: z.string().optional().describe('Column of times or numbers to sort by; the last rows are the test.'),
    seed: z.int().min(0).max(4_294_967_295).default(0).describe('The same seed gives the same rows.'),
    name: datasetName
      .optional()
      .describe("Beginning of the new datasets' names; the dataset's name when absent, giving NAME-train and NAME-test."),
  }),
  output: z.object({
    train: part.describe('To train on.'),
    validation: part.optional().describe('To choose with.'),
    test: part.describe('To test with.'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['train', 'validation', 'test'],
  examples: [
    {
      says: 'Keep a fifth of customers for testing, stratified by churned',
      input: { dataset: 'customers', test_size: 0.2, stratify_by: 'churned', seed: 7 },
    },
  ],
  run: async ({ dataset: ref, test_size, validation_size, stratify_by, time_column, seed, name }, context) => {
    const { db, blobs, caller, call, signal } = context
    const dataset = await getDataset(db, caller.workspace, ref)
    const base = requireDatasetName(name ?? dataset.name)
    const snapshots = await splitDataset(dataset, {
      testSize: test_size,
      seed,
      blobs,
      signal,
      ...(validation_size !== undefined && { validationSize: validation_size }),
      ...(stratify_by !== undefined && { stratifyBy: stratify_by }),
      ...(time_column !== undefined && { timeColumn: time_column }),
    })
    return context.commit(async (tx) => {
      const parts: Partial<Record<(typeof splitParts)[number], z.input<typeof part>>> = {}
      for (const each of splitParts) {
        const snapshot = snapshots[each]
        if (!snapshot) continue
        const source = `${each} part of ${versionName(dataset)}`
        const saved = await saveDataset(tx, caller.workspace, {
          ...snapshot,
          name: `${base}-${each}`,
          source,
          parents: [dataset],
          createdBy: call,
        })
        parts[each] = { name: saved.name, version: saved.version, rows: saved.rows }
      }
      const { train, validation, test } = parts
      if (!train || !test) throw new Error('A split without train and test parts.')
      const words = [train, ...(validation ? [validation] : []), test].map((each) => `${versionName(each)} (${each.rows} rows)`)
      return {
        content: `Split ${versionName(dataset)} into ${words.join(', ')}.`,
        data: { train, test, ...(validation && { validation }) },
      }
    })
  },
})
