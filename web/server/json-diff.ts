/** The difference of two JSON values as a JSON Patch (RFC 6902): the second half of a shared state, in as few operations as are simple. */
import type { JsonPatchOperation } from '@ag-ui/core'

type Fields = Readonly<Record<string, unknown>>

/** `path` is the pointer of both values. Applied in order to `before`, the operations give `after`; none when they are equal. */
export function diffJson(before: unknown, after: unknown, path = ''): readonly JsonPatchOperation[] {
  if (isFields(before) && isFields(after)) return diffFields(before, after, path)
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after, path)
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ op: 'replace', path, value: after }]
}

/** RFC 6901. */
export function pointer(...keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function diffFields(before: Fields, after: Fields, path: string): readonly JsonPatchOperation[] {
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key))
  const changes = Object.entries(after).flatMap(([key, value]): readonly JsonPatchOperation[] => {
    const place = path + pointer(key)
    return Object.hasOwn(before, key) ? diffJson(before[key], value, place) : [{ op: 'add', path: place, value }]
  })
  return [...gone.map((key) => ({ op: 'remove' as const, path: path + pointer(key) })), ...changes]
}

/** By place: what is inserted in front makes every later item a change, which is right and only larger. */
function diffLists(before: readonly unknown[], after: readonly unknown[], path: string): readonly JsonPatchOperation[] {
  const common = Math.min(before.length, after.length)
  const changed = before.slice(0, common).flatMap((item, at) => diffJson(item, after[at], `${path}/${at}`))
  const added = after.slice(common).map((value) => ({ op: 'add' as const, path: `${path}/-`, value }))
  // From the end, so that no place moves before its turn.
  const removed = before
    .slice(common)
    .map((_, at) => ({ op: 'remove' as const, path: `${path}/${common + at}` }))
    .reverse()
  return [...changed, ...added, ...removed]
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
