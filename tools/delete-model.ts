/** Removes a model or one version of it from the registry. */
import { z } from 'zod'
import { deleteModel } from '../ml/registry/registry.ts'
import { requireNotServing, undeploy } from '../ml/serving/deployments.ts'
import { list } from './dataset-schema.ts'
import { modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const deleteModelTool = defineTool({
  name: 'delete_model',
  title: 'Delete a model',
  description:
    'Deletes a registered model with all its versions, or one version of it, for good. A version in service is refused unless undeploy is true, which takes the whole model out of service first. The training runs stay.',
  input: z.strictObject({
    model: modelName,
    version: versionNumber.optional().describe('Only this version; all of them when absent.'),
    undeploy: z.boolean().default(false).describe('true: take the model out of service first.'),
  }),
  output: z.object({
    model: modelName,
    deleted: list(versionNumber).describe('The versions that are gone.'),
  }),
  effect: 'delete',
  role: 'admin',
  examples: [{ says: 'Delete version 2 of the churn model', input: { model: 'churn', version: 2 } }],
  run: ({ model, version, undeploy: takeDown }, { caller, call, commit }) =>
    commit(async (tx) => {
      if (takeDown) await undeploy(tx, caller.workspace, { model, createdBy: call })
      else await requireNotServing(tx, caller.workspace, model, version)
      const deleted = await deleteModel(tx, caller.workspace, model, version)
      const which = deleted.length === 1 ? `version ${deleted[0]}` : `versions ${deleted.join(', ')}`
      return { content: `Deleted ${which} of '${model}'.`, data: { model, deleted } }
    }),
})
