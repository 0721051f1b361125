/** The exact arguments of a call, flat, each with where it came from: what a person reads before saying yes. */
import { at, isRecord, textAt } from '../json.ts'

export interface Argument {
  /** Dotted path, '' for the decision to call at all. */
  readonly path: string
  readonly value: unknown
  readonly source: string
  readonly trusted: boolean
}

/** Records are opened, lists are shown whole. An argument without an origin of its own has that of the nearest parent. */
export function argumentsOf(input: unknown, origins: unknown): readonly Argument[] {
  const leaves = flatten(input, '')
  const decision = isRecord(origins) && isRecord(origins['']) ? [argument('', 'the decision to call', origins)] : []
  return [...decision, ...leaves.map(({ path, value }) => argument(path, value, origins))]
}

function argument(path: string, value: unknown, origins: unknown): Argument {
  const origin = originOf(path, origins)
  return { path, value, source: textAt(origin, 'source') ?? 'the caller', trusted: textAt(origin, 'trust') !== 'untrusted' }
}

function originOf(path: string, origins: unknown): unknown {
  for (let place = path; place !== ''; place = place.slice(0, Math.max(place.lastIndexOf('.'), 0))) {
    const own = at(origins, place)
    if (own !== undefined) return own
  }
  return at(origins, '')
}

function flatten(value: unknown, path: string): readonly { readonly path: string; readonly value: unknown }[] {
  if (!isRecord(value) || Object.keys(value).length === 0) return path === '' ? [] : [{ path, value }]
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path === '' ? key : `${path}.${key}`))
}
