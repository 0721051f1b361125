/** What is made from the list of tools and kept: made anew when the list has changed. */
import type { Catalogue } from './invocation.ts'

export function remade<T>(catalogue: Pick<Catalogue, 'revision'>, make: () => T): () => T {
  let kept: { readonly revision: number; readonly value: T } | undefined
  return () => {
    const { revision } = catalogue
    if (kept?.revision !== revision) kept = { revision, value: make() }
    return kept.value
  }
}
