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
  const fields = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'properties' && typeof inner === 'object' && inner !== null) for (const field of Object.keys(inner)) fields.add(field)
      visit(inner)
    }
  }
  visit(schema)
  return fields
}

/** Whether the value is what the schema would fill in by itself. */
export function defaultAt(schema: Schema, path: string, value: unknown): boolean {
  const property = at(at(schema, 'properties'), path)
  const preset = at(property, 'default') ?? at(property, 'const')
  return preset !== undefined && canonicalJson(preset) === canonicalJson(value)
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
