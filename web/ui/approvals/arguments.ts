/** The exact arguments of a call, flat, each with where it came from: what a person reads before saying yes. */
import { at, isRecord, textAt } from '../json.ts'

export interface Argument {
  /** Dotted path, '' for the decision to call at all. */
  readonly path: string
  readonly value: unknown
  readonly source: string
  readonly trusted: boolean
}

/** Records are opened, lists are shown whole. An argument without an origin of its own has that of its items or its nearest parent. */
export function argumentsOf(input: unknown, origins: unknown): readonly Argument[] {
  const leaves = flatten(input, '')
  const decision = isRecord(origins) && isRecord(origins['']) ? [argument('', 'the decision to call', origins)] : []
  return [...decision, ...leaves.map(({ path, value }) => argument(path, value, origins))]
}

function argument(path: string, value: unknown, origins: unknown): Argument {
  const origin = originOf(path, origins)
  return { path, value, source: textAt(origin, 'source') ?? 'the caller', trusted: textAt(origin, 'trust') !== 'untrusted' }
}

/** Its own; for a list that of its items, an untrusted one before the others; else that of the nearest parent. */
function originOf(path: string, origins: unknown): unknown {
  if (path === '') return at(origins, '')
  const inside = isRecord(origins) ? Object.entries(origins).filter(([key]) => key.startsWith(`${path}.`)) : []
  const untrusted = inside.find(([, origin]) => textAt(origin, 'trust') === 'untrusted')
  if (untrusted !== undefined) return untrusted[1]
  for (let place = path; place !== ''; place = place.slice(0, Math.max(place.lastIndexOf('.'), 0))) {
    const own = at(origins, place)
    if (own !== undefined) return own
  }
  return inside[0]?.[1] ?? added(origins) ?? at(origins, '')
}

/** Where each value that was given has an origin, one without was filled in by the tool. */
function added(origins: unknown): unknown {
  const given = isRecord(origins) && Object.keys(origins).some((path) => path !== '')
  return given && textAt(at(origins, ''), 'trust') !== 'untrusted' ? { trust: 'trusted', source: 'the default' } : undefined
}

function flatten(value: unknown, path: string): readonly { readonly path: string; readonly value: unknown }[] {
  if (!isRecord(value) || Object.keys(value).length === 0) return path === '' ? [] : [{ path, value }]
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path === '' ? key : `${path}.${key}`))
}
