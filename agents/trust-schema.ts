/** A call's input against its JSON Schema, for labels: every value with the keys that lead to it, and what the schema fixes itself. */
import { canonicalJson } from '../platform/canonical.ts'

export interface Leaf {
  /** Dotted. */
  readonly path: string
  readonly keys: readonly string[]
  readonly value: unknown
}

type Schema = Readonly<Record<string, unknown>>

export function leavesOf(input: unknown, keys: readonly string[] = []): readonly Leaf[] {
  if (input === undefined) return []
  if (typeof input === 'object' && input !== null) return Object.entries(input).flatMap(([key, inner]) => leavesOf(inner, [...keys, key]))
  return keys.length === 0 ? [] : [{ path: keys.join('.'), keys, value: input }]
}

/** Names of fields that the schema gives anywhere; a key that is none of them was chosen by whoever wrote the call. */
export function knownFields(schema: Schema): ReadonlySet<string> {
  return new Set(
    entriesIn(schema).flatMap(([key, inner]) =>
      key === 'properties' && typeof inner === 'object' && inner !== null ? Object.keys(inner) : [],
    ),
  )
}

/** Words that the schema offers to choose from, anywhere in it. */
export function knownChoices(schema: Schema): ReadonlySet<unknown> {
  return new Set(
    entriesIn(schema).flatMap(([key, inner]) => (key === 'const' ? [inner] : key === 'enum' && Array.isArray(inner) ? inner : [])),
  )
}

/** Every key with its value, at every depth. */
function entriesIn(value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [[key, inner] as const, ...entriesIn(inner)])
}

/** Whether the value is what the schema would fill in by itself. */
export function defaultAt(schema: Schema, path: string, value: unknown): boolean {
  const property = at(at(schema, 'properties'), path)
  const preset = at(property, 'default') ?? at(property, 'const')
  return preset !== undefined && canonicalJson(preset) === canonicalJson(value)
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
