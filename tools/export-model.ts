/** Writes a registered model as a file that other programs read. */
import { z } from 'zod'
import { exportFormats, exportOffLoop } from '../ml/interchange/export.ts'
import { getModelVersion } from '../ml/registry/registry.ts'
import { modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const exportModelTool = defineTool({
  name: 'export_model',
  title: 'Export a model',
  description:
    'Writes a registered model as a file in the data folder of this installation and says where it is: lightgbm (text that LightGBM itself loads; gradient boosting and trees of numbers), onnx (trees, forests and linear models, for onnxruntime anywhere), or json (every model, for a reader of your own). Use it to serve a model outside Millrace. For datasets use export_data.',
  input: z.strictObject({
    model: modelName,
    version: versionNumber.optional().describe('Version; the one in production, else the newest, when absent.'),
    format: z.enum(exportFormats).describe('lightgbm, onnx or json.'),
  }),
  output: z.object({
    file: z.string().describe('Path of the file on the machine that serves Millrace.'),
    digest: z.string().describe('SHA-256 of its bytes.'),
    bytes: z.int().describe('Its size.'),
    model: modelName,
    version: versionNumber,
    format: z.enum(exportFormats).describe('As asked for.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'Give me churn as ONNX', input: { model: 'churn', format: 'onnx' } }],
  run: async ({ model, version: asked, format }, { db, blobs, caller, signal }) => {
    const { version, blob } = await getModelVersion(db, caller.workspace, model, asked)
    const bytes = await exportOffLoop({ bytes: await blobs.get(blob), format }, signal)
    const digest = await blobs.put(bytes)
    const file = await blobs.path(digest)
    return {
      content: `Wrote '${model}' version ${version} as ${format} to ${file} (${bytes.length} bytes).`,
      data: { file, digest, bytes: bytes.length, model, version, format },
    }
  },
})
