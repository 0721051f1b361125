/** Asks a recommender for items. */
import { z } from 'zod'
import { type RecommendationRequest, recommendations } from '../ml/serving/recommendations.ts'
import { Fault } from '../platform/fault.ts'
import { list } from './dataset-schema.ts'
import { modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

const id = z.union([z.string().min(1).max(1000), z.number()])

export const recommendItemsTool = defineTool({
  name: 'recommend_items',
  title: 'Recommend items',
  description:
    'Asks a registered recommender which items a user would most likely take next, or which items are like a given item. Use it with models trained by algorithm recommender; for other models use predict. A user whom training did not hold gets what users like on average.',
  input: z.strictObject({
    model: modelName,
    version: versionNumber.optional().describe('Version; the one in production, else the newest, when absent.'),
    user: id.optional().describe('Id of the user, as in the data. Pass user or item.'),
    item: id.optional().describe('Id of an item, as in the data: finds items that the same users take.'),
    count: z.int().min(1).max(1000).default(10).describe('How many items at most.'),
    include_seen: z.boolean().default(false).describe('With user: also name items that the user took in the training data.'),
  }),
  output: z.object({
    model: modelName,
    version: versionNumber,
    known: z.boolean().describe('False when the training data held no such user or item.'),
    items: list(
      z.object({
        item: z.union([z.string(), z.number()]).describe('Id of the item, as in the data.'),
        score: z
          .number()
          .describe('For a user the preference: near 1 what they would surely take, near 0 not. For an item the cosine, -1 to 1.'),
      }),
    ).describe('Best first. Empty for an item that the training data did not hold.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    { says: 'What should we offer Ada next?', input: { model: 'likes', user: 'ada', count: 3 } },
    { says: 'What goes with the espresso machine?', input: { model: 'likes', item: 'espresso machine', count: 3 } },
  ],
  run: async ({ model, version: asked, user, item, count, include_seen }, { db, blobs, caller }) => {
    const about = subject(user, item, include_seen)
    const place = { db, blobs, workspace: caller.workspace }
    const { version, known, items } = await recommendations(place, { model, version: asked, about, count })
    const best = items.slice(0, 5).map(({ item, score }) => `${item} (${score.toFixed(2)})`)
    const whom = user === undefined ? `Like ${item}` : `For ${user}`
    const stranger = known ? '' : ` The training data held no such ${user === undefined ? 'item' : 'user'}.`
    return {
      content: `${best.length === 0 ? `'${model}' version ${version} found no items.` : `${whom}: ${best.join(', ')} ('${model}' version ${version}).`}${stranger}`,
      data: { model, version, known, items },
    }
  },
})

function subject(user: string | number | undefined, item: string | number | undefined, seen: boolean): RecommendationRequest['about'] {
  if (user !== undefined && item === undefined) return { user, excludeSeen: !seen }
  if (item !== undefined && user === undefined) return { item }
  throw new Fault('invalid_input', 'Pass either user or item.')
}
