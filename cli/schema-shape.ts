/** What a JSON Schema lets a value be, as far as the command line must know to turn words into values. */
import type { JsonSchema } from '../tools/description.ts'

export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object'

const types: readonly JsonType[] = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object']

export interface Shape {
  readonly types: ReadonlySet<JsonType>
  /** Of an array. */
  readonly items: JsonSchema
  /** Of an object: known fields, and what any other field may be. */
  readonly properties: Readonly<Record<string, JsonSchema>>
  readonly others: JsonSchema
}

const anything: JsonSchema = {}

/** Alternatives are merged: a value of any of them is fine, and `invoke` has the last word. */
export function shapeOf(schema: JsonSchema, root: JsonSchema): Shape {
  const alternatives = expand(schema, root, 0)
  const found = new Set(alternatives.flatMap(typesOf))
  const first = (key: string): JsonSchema => alternatives.map((option) => option[key]).find(isRecord) ?? anything
  return {
    types: found.size > 0 ? found : new Set(types),
    items: first('items'),
    properties: Object.fromEntries(Object.entries(first('properties')).map(([name, value]) => [name, isRecord(value) ? value : anything])),
    others: first('additionalProperties'),
  }
}

/** A value may be anything that JSON can say: such a schema is often recursive, and says no more. */
export function isOpen({ types: allowed }: Shape): boolean {
  return allowed.has('string') && allowed.has('number') && allowed.has('array') && allowed.has('object')
}

/** The fields of a tool's input in the order of its schema. */
export function fieldsOf(root: JsonSchema): readonly { readonly name: string; readonly schema: JsonSchema; readonly required: boolean }[] {
  const { properties } = shapeOf(root, root)
  const required = new Set(Array.isArray(root.required) ? root.required : [])
  return Object.entries(properties).map(([name, schema]) => ({ name, schema, required: required.has(name) }))
}

/** The values of an enumeration, or nothing. */
export function choicesOf(schema: JsonSchema, root: JsonSchema): readonly unknown[] {
  return expand(schema, root, 0).flatMap((option) => (Array.isArray(option.enum) ? option.enum : 'const' in option ? [option.const] : []))
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function expand(schema: JsonSchema, root: JsonSchema, depth: number): readonly JsonSchema[] {
  if (depth > 8) return []
  const target = typeof schema.$ref === 'string' ? (at(root, schema.$ref) ?? anything) : schema
  if (target !== schema) return expand(target, root, depth + 1)
  const options = [schema.anyOf, schema.oneOf, schema.allOf].filter(Array.isArray).flat().filter(isRecord)
  return options.length === 0 ? [schema] : options.flatMap((option) => expand(option, root, depth + 1))
}

/** A local reference: "#/$defs/step". */
function at(root: JsonSchema, pointer: string): JsonSchema | undefined {
  const keys = pointer.split('/').slice(1)
  const found = keys.reduce<unknown>(
    (inner, key) => (isRecord(inner) ? inner[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
    root,
  )
  return isRecord(found) ? found : undefined
}

function typesOf(schema: JsonSchema): readonly JsonType[] {
  const named = Array.isArray(schema.type) ? schema.type : [schema.type]
  const listed = types.filter((type) => named.includes(type))
  if (listed.length > 0) return listed
  return choicesOfOne(schema).flatMap((choice) => types.filter((type) => type === jsonType(choice)))
}

const choicesOfOne = (schema: JsonSchema): readonly unknown[] =>
  Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : []

function jsonType(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
