/** Shows where an artifact comes from and what was made of it. */
import { z } from 'zod'
import { artifactKinds, getLineage } from '../ml/lineage/lineage.ts'
import { list } from './dataset-schema.ts'
import { defineTool } from './tool.ts'

export const getLineageTool = defineTool({
  name: 'get_lineage',
  title: 'Lineage',
  description:
    'Shows what a dataset, training run or model was made of and what was made of it: datasets, runs, model versions and deployments as a graph. Use it to answer "what was this model trained on" or "what depends on this dataset".',
  input: z.strictObject({
    artifact: z.string().min(1).max(200).describe('A dataset, run or model; name@version for one version; or an id of a node.'),
  }),
  output: z.object({
    about: list(z.string()).describe('The nodes asked about.'),
    nodes: list(
      z.object({
        id: z.string().describe('For example dataset:adult@1, run:run_…, model:income@2, deployment:income#3.'),
        kind: z.enum(artifactKinds).describe('dataset, run, model or deployment.'),
        label: z.string().describe('For people.'),
      }),
    ).describe('The artifacts.'),
    edges: list(
      z.object({
        from: z.string().describe('What was used.'),
        to: z.string().describe('What was made of it.'),
        relation: z.enum(['derived', 'trained', 'registered', 'deployed']).describe('How.'),
      }),
    ).describe('From source to result.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'Where does the churn model come from?', input: { artifact: 'churn' } }],
  run: async ({ artifact }, { db, caller }) => {
    const graph = await getLineage(db, caller.workspace, artifact)
    const lines = graph.edges.slice(0, 30).map(({ from, to, relation }) => `- ${from} ${relation} ${to}`)
    return { content: [`${graph.about.join(', ')}: ${graph.nodes.length} artifacts.`, ...lines].join('\n'), data: graph }
  },
})
