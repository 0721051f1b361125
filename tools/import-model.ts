/** Registers a model that another program trained. */
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { getDataset } from '../ml/data/datasets.ts'
import { importFormats, importOffLoop } from '../ml/interchange/import.ts'
import { decodeModel, modelSignature } from '../ml/models/model.ts'
import { requireModelName, saveModelVersion } from '../ml/registry/registry.ts'
import { Fault } from '../platform/fault.ts'
import { datasetRef, list } from './dataset-schema.ts'
import { modelName, stageSchema, versionNumber } from './model-schema.ts'
import { fetchSource, isRemote, targetOfSource } from './remote-source.ts'
import { type Context, defineTool } from './tool.ts'

const mostBytes = 256 * 1_048_576

export const importModelTool = defineTool({
  name: 'import_model',
  title: 'Import a model',
  description:
    'Registers a model that was trained elsewhere as the next version of a name: a LightGBM text file (Booster.save_model) or an ONNX graph whose one input is a matrix of numbers. It can then be deployed, asked, evaluated and explained like any other; deploying comes after. Nothing in such a file can run code. To train here use train_model, to register such a training register_model.',
  input: z.strictObject({
    source: z.string().min(1).describe('Path of the file, inside a folder this installation may read, or its http(s) address.'),
    name: modelName.describe("Name for the model: letters, digits, '_', '-' and '.'. An existing name gets its next version."),
    format: z.enum(importFormats).optional().describe('lightgbm or onnx; found from the file when absent.'),
    target: z.string().min(1).max(200).optional().describe("Column it predicts, for evaluation; 'target' when absent."),
    classes: z
      .array(z.union([z.string().min(1), z.number()]))
      .min(2)
      .max(1000)
      .optional()
      .describe('Names of its classes in the order of its scores; 0, 1, … when absent.'),
    columns: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(10_000)
      .optional()
      .describe('ONNX: names of its columns in order; f0, f1, … when absent.'),
    output: z.string().min(1).optional().describe('ONNX: the output with probabilities or the number, where it has several.'),
    dataset: datasetRef.optional().describe('What it was trained on: drift and explanations compare with it.'),
  }),
  output: z.object({
    model: modelName,
    version: versionNumber,
    stage: stageSchema,
    algorithm: z.string().describe('imported_trees or imported_onnx.'),
    task: z.string().describe('binary, multiclass or regression.'),
    columns: list(z.string()).describe('Columns it reads.'),
  }),
  effect: 'create',
  targetOf: ({ source }) => targetOfSource(source),
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['model', 'version'],
  examples: [
    {
      says: 'Register the LightGBM model in examples/sample/churn.lightgbm.txt as churn-lightgbm',
      input: {
        source: 'examples/sample/churn.lightgbm.txt',
        name: 'churn-lightgbm',
        target: 'churned',
        classes: ['no', 'yes'],
        dataset: 'customers',
      },
    },
  ],
  run: async ({ source, name, dataset: ref, ...wish }, context) => {
    requireModelName(name)
    const { db, blobs, caller, call, signal } = context
    const dataset = ref === undefined ? undefined : await getDataset(db, caller.workspace, ref)
    const bytes = await importOffLoop({ bytes: await bytesOf(context, source), wish }, signal)
    const decoded = decodeModel(bytes)
    const blob = await blobs.put(bytes)
    return context.commit(async (tx) => {
      const { model, version, stage } = await saveModelVersion(tx, caller.workspace, {
        model: name,
        run: call,
        blob,
        algorithm: decoded.algorithm,
        signature: modelSignature(decoded),
        metrics: {},
        ...(dataset && { reference: { dataset: dataset.name, version: dataset.version } }),
        createdBy: call,
      })
      const columns = decoded.columns.map((column) => column.name)
      return {
        content: `Registered ${basename(source)} as version ${version} of '${model}': ${decoded.task}, ${columns.length} columns. Evaluate it before it is deployed.`,
        data: { model, version, stage, algorithm: decoded.algorithm, task: decoded.task, columns },
      }
    })
  },
})

async function bytesOf(context: Context, source: string): Promise<Uint8Array> {
  const path = isRemote(source) ? (await fetchSource(context, source)).file : await context.file(source)
  const { size } = await stat(path)
  if (size > mostBytes) throw new Fault('invalid_input', `${basename(source)} has ${size} bytes; models up to ${mostBytes} are read.`)
  return new Uint8Array(await readFile(path))
}
