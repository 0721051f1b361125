/**
 * Recommends items from what users took, without ratings: every user and every item becomes a short vector, and their
 * product is how much the user would like the item.
 */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { defineAlgorithm, type FitControl } from './algorithm.ts'
import { float64s } from './numbers.ts'
import { type AlsOptions, implicitLoss, solveSide } from './recommender/als.ts'
import { countOf, idsOf, interactionsOf, rolesOf, type Sparse, transposed } from './recommender/interactions.ts'
import { recommendationQuality } from './recommender/judge.ts'
import { preferenceScorer, recommenderSchema } from './recommender/recommend.ts'

const column = (words: string) => z.string().min(1).optional().describe(words)

const params = z.strictObject({
  user_column: column('Column of users; when absent one with a usual name such as user_id, else the first of text'),
  item_column: column('Column of items; when absent one with a usual name such as item_id, else the next of text'),
  value_column: column('Column of how strongly, 0 or more; when absent one named value, rating or quantity, else every row counts 1'),
  factors: z.int().min(1).max(512).default(32).describe('Numbers in the vector of a user or item'),
  regularization: z
    .number()
    .min(0)
    .default(0.1)
    .describe('L2 penalty on the vectors for each of their events; 0.03 to 0.3 suits most tables'),
  alpha: z.number().gt(0).default(10).describe('How much surer a strength of 1 is than nothing: confidence is 1 + alpha x strength'),
  iterations: z.int().min(1).max(1000).default(15).describe('Sweeps over users and items'),
})

const checkpointSchema = z.strictObject({ sweep: z.int(), users: float64s, items: float64s })

/** Conjugate gradient steps for each vector and sweep, as in Takács, Pilászy & Tikk 2011. */
const steps = 3
/** 1 GiB of doubles. */
const maxNumbers = 2 ** 27

export const recommender = defineAlgorithm({
  name: 'recommender',
  title: 'Recommender',
  tasks: ['recommendation'],
  weighted: false,
  params,
  fitted: recommenderSchema,
  fit: (problem, { iterations, factors, regularization, alpha, ...wanted }, control) => {
    const roles = rolesOf(problem, wanted)
    const ids = { users: idsOf(problem, roles.user), items: idsOf(problem, roles.item) }
    const vectors = countOf(ids.users) + countOf(ids.items)
    if (vectors * factors > maxNumbers)
      throw new Fault(
        'invalid_input',
        `${vectors} users and items of ${factors} factors are too many to hold. Lower factors to ${Math.floor(maxNumbers / vectors)} or fewer.`,
      )
    const seen = interactionsOf(problem, roles, ids)
    if (seen.columns.length === 0)
      throw new Fault('invalid_input', 'No row names a user and an item with a strength above 0, so nothing can be learned.')
    const found = factorise(seen, countOf(ids.items), { factors, regularization, alpha, steps, iterations }, control)
    return {
      roles,
      factors,
      users: { ids: ids.users, vectors: found.users },
      items: { ids: ids.items, vectors: found.items },
      starts: seen.starts,
      seen: seen.columns,
    }
  },
  scorer: preferenceScorer,
  measure: (model, _shape, { test }) => recommendationQuality(model, test),
})

/** Alternates between users and items; the loss after each sweep is a point of the learning curve. */
function factorise(
  seen: Sparse,
  itemCount: number,
  options: AlsOptions & { readonly iterations: number },
  { seed, progress, checkpoint }: FitControl,
): { readonly users: Float64Array; readonly items: Float64Array } {
  const takers = transposed(seen, itemCount)
  const random = seededRandom(seed)
  const begin = () => ({
    sweep: 0,
    users: new Float64Array((seen.starts.length - 1) * options.factors),
    items: Float64Array.from({ length: itemCount * options.factors }, () => (random() - 0.5) / Math.sqrt(options.factors)),
  })
  const restored = checkpoint?.restored
  const { sweep: done, users, items } = restored === undefined ? begin() : checkpointSchema.parse(restored)
  for (let sweep = done + 1; sweep <= options.iterations; sweep++) {
    solveSide(seen, users, items, options)
    solveSide(takers, items, users, options)
    progress(sweep / options.iterations, { step: sweep, loss: implicitLoss(seen, users, items, options) })
    checkpoint?.save(() => ({ sweep, users, items }))
  }
  return { users, items }
}
