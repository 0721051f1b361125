/** Asks a registered recommender for items: those a user would like, or those like an item. */
import type { Blobs } from '../../platform/blobs.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Model } from '../models/model.ts'
import { type Advisor, type Answer, advisor, recommenderSchema } from '../models/recommender/recommend.ts'
import { loadModel } from '../registry/model-cache.ts'
import { getModelVersion } from '../registry/registry.ts'

export interface RecommendationRequest {
  readonly model: string
  /** The one in production, else the newest, when undefined. */
  readonly version: number | undefined
  readonly about: { readonly user: string | number; readonly excludeSeen: boolean } | { readonly item: string | number }
  readonly count: number
}

/** What questions share is worked out once per model. */
const advisors = new WeakMap<Model, Advisor>()

/** Throws `not_found`, or `invalid_input` when the model is no recommender. */
export async function recommendations(
  { db, blobs, workspace }: { readonly db: Queryable; readonly blobs: Blobs; readonly workspace: string },
  { model: name, version: asked, about, count }: RecommendationRequest,
): Promise<Answer & { readonly version: number }> {
  const { version, blob } = await getModelVersion(db, workspace, name, asked)
  const model = await loadModel(blobs, blob)
  if (model.task !== 'recommendation')
    throw new Fault(
      'invalid_input',
      `Model '${name}' version ${version} is ${model.algorithm} (${model.task}), not a recommender. Ask it with predict, or train one with algorithm recommender.`,
    )
  const known = advisors.get(model) ?? advisor(recommenderSchema.parse(model.fitted), model.columns)
  advisors.set(model, known)
  const answer =
    'user' in about ? known.recommend(about.user, { count, excludeSeen: about.excludeSeen }) : known.similarItems(about.item, count)
  return { ...answer, version }
}
