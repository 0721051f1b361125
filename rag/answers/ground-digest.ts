/** All that decides an answer beside its question, as one digest: any change of it is another ground, where nothing is kept yet. */
import { canonicalJson } from '../../platform/canonical.ts'
import type { Collection } from '../index/collections.ts'
import { sha256 } from './alike.ts'
import type { AskRequest } from './answer.ts'

/** Raised when answers are made or shaped differently, so that older ones are not given any more. */
const answersVersion = 1

/** `collections` as they were read before the search: one that changed since has another digest. */
export function groundDigest(
  { workspace, filter, principals, history = [], passages }: AskRequest,
  collections: readonly Collection[],
  { model, reranker }: { readonly model: string | undefined; readonly reranker: string | undefined },
): string {
  return sha256(
    canonicalJson({
      answersVersion,
      workspace,
      collections: collections.map(({ updatedAt, ...collection }) => ({ ...collection, updatedAt: updatedAt.toISOString() })),
      filter: filter ?? null,
      // Callers who may read different documents never share an answer; null reads everything.
      principals: principals ? [...principals].sort() : null,
      model: model ?? null,
      reranker: reranker ?? null,
      history: history.map(({ question, answer }) => [question, answer]),
      passages: passages ?? null,
    }),
  )
}
