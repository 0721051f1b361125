/** Tool `tune_search`: a collection's own ranking weights, learnt from judged queries. */
import { z } from 'zod'
import { subwordOnly } from '../rag/embedding/subword.ts'
import { getCollection } from '../rag/index/collections.ts'
import { setWeights, tune } from '../rag/search/tuning.ts'
import { defaultWeights, signNames, type Weights } from '../rag/search/weights.ts'
import { collectionName } from './collection-name.ts'
import { defineTool } from './tool.ts'

const share = z.number().describe('0 to 1')
const weightsSchema = z.object({ words: share, company: share, letters: share, title: share, closeness: share, vector: share })

export const tuneSearchTool = defineTool({
  name: 'tune_search',
  title: 'Tune search',
  description:
    "Learns how a collection's hybrid search should weigh its signs from queries whose right documents are known (20 or more), says what that wins on queries it did not learn from, and sets the weights. Weights that win nothing are not taken. With reset: true the defaults, which need no judgements, come back. To measure search without changing it use run_eval.",
  input: z.strictObject({
    collection: collectionName.describe('Collection whose search is tuned'),
    judgements: z
      .array(
        z.strictObject({
          query: z.string().min(1).max(4000).describe('What was searched for'),
          documents: z.record(z.string(), z.number()).describe('How well each document answers it, by id; above 0 is relevant'),
        }),
      )
      .max(5000)
      .default([])
      .describe('Judged queries'),
    reset: z.boolean().default(false).describe('True: go back to the default weights'),
  }),
  output: z.object({
    collection: z.string().describe('The collection'),
    queries: z.number().int().describe('Judged queries learnt from'),
    default: z.number().optional().describe('nDCG@10 with the default weights'),
    cross_fitted: z.number().optional().describe('nDCG@10 of each query with weights learnt from the others'),
    weights: weightsSchema.describe('The weights search uses from now on; they sum to 1'),
  }),
  effect: 'change',
  role: 'builder',
  examples: [{ says: 'Go back to the default search weights of the handbook', input: { collection: 'handbook', reset: true } }],
  run: async ({ collection: name, judgements, reset }, context) => {
    const collection = await getCollection(context.db, context.caller.workspace, name)
    const embedders = context.ports.embedders ?? subwordOnly
    if (reset) {
      const weights = defaultWeights((await embedders.find(collection.embedder))?.semantic ?? false)
      return context.commit(async (tx) => {
        await setWeights(tx, collection, null)
        return {
          content: `Search in '${name}' weighs its signs by default again.`,
          data: { collection: name, queries: 0, weights: dataOf(weights) },
        }
      })
    }
    const judged = judgements.map(({ query, documents }) => ({ query, grades: new Map(Object.entries(documents)) }))
    const tuned = await tune({ db: context.db, embedders, signal: context.signal }, collection, judged)
    return context.commit(async (tx) => {
      await setWeights(tx, collection, tuned.weights)
      return {
        content: `nDCG@10 of ${tuned.queries} queries: ${tuned.default.toFixed(3)} by default, ${tuned.crossFitted.toFixed(3)} with weights learnt from other queries. Search in '${name}' uses ${tuned.crossFitted > tuned.default ? 'weights learnt from all of them' : 'the defaults'}.`,
        data: {
          collection: name,
          queries: tuned.queries,
          default: tuned.default,
          cross_fitted: tuned.crossFitted,
          weights: dataOf(tuned.weights),
        },
      }
    })
  },
})

const dataOf = (weights: Weights): z.output<typeof weightsSchema> =>
  weightsSchema.parse(Object.fromEntries(signNames.map((sign) => [sign, Number(weights[sign].toFixed(4))])))
