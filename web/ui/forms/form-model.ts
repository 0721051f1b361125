/** A form's fields from a JSON Schema. The one idea: a schema becomes a small tree of kinds that the page knows how to draw. */
import { label } from '../format.ts'
import { at, isList, isRecord, type Json, listAt, numberAt, textAt } from '../json.ts'

interface FieldBase {
  readonly key: string
  readonly label: string
  readonly description: string | undefined
  readonly required: boolean
  /** The schema's default, shown as the placeholder. */
  readonly preset: unknown
}

export type Field = FieldBase &
  (
    | { readonly kind: 'text'; readonly multiline: boolean }
    | { readonly kind: 'number'; readonly integer: boolean; readonly min: number | undefined; readonly max: number | undefined }
    | { readonly kind: 'boolean' }
    | { readonly kind: 'select'; readonly options: readonly unknown[] }
    | { readonly kind: 'list'; readonly item: Field }
    | { readonly kind: 'group'; readonly fields: readonly Field[] }
    /** A record with free names, for example one row to predict. `typed`: values are read as numbers, flags or text. */
    | { readonly kind: 'pairs'; readonly typed: boolean }
    | { readonly kind: 'choice'; readonly variants: readonly Field[] }
    | { readonly kind: 'json' }
  )

/** Schemas nest at most this deep in a form; what lies deeper is edited as JSON. */
const maxDepth = 5

/** The root of a tool's form. A schema that is not an object gives one JSON field. */
export function formOf(schema: unknown): Field {
  return fieldOf({ key: '', required: true, depth: 0, root: schema }, schema)
}

/** A field with one value to choose is said by the form itself, for example the kind of a step. */
export function isFixed(field: Field): boolean {
  return field.kind === 'select' && field.required && field.options.length === 1
}

/** What a variant of a choice is called: by its fixed value where it has one. */
export function variantName(field: Field): string {
  const fixed = field.kind === 'group' ? field.fields.find(isFixed) : undefined
  return fixed?.kind === 'select' ? label(String(fixed.options[0])) : variantWords[field.kind]
}

const variantWords: Readonly<Record<Field['kind'], string>> = {
  text: 'Text',
  number: 'Number',
  boolean: 'Yes or no',
  select: 'One of a list',
  list: 'Several',
  group: 'Details',
  pairs: 'Named values',
  choice: 'Other',
  json: 'JSON',
}

interface Place {
  readonly key: string
  readonly required: boolean
  readonly depth: number
  readonly root: unknown
}

function fieldOf(place: Place, raw: unknown): Field {
  const schema = resolve(raw, place.root, 0)
  const base: FieldBase = {
    key: place.key,
    label: label(textAt(schema, 'title') ?? place.key),
    description: textAt(schema, 'description') ?? textAt(raw, 'description'),
    required: place.required && at(schema, 'default') === undefined,
    preset: at(schema, 'default'),
  }
  if (!isRecord(schema) || place.depth > maxDepth) return { ...base, kind: 'json' }
  const options = optionsOf(schema, place.root)
  if (options !== undefined) return { ...base, kind: 'select', options }
  const variants = variantsOf(schema, place.root)
  if (variants !== undefined) return choiceOf(base, place, variants)
  return typedField(base, place, schema)
}

function choiceOf(base: FieldBase, place: Place, variants: readonly unknown[]): Field {
  const real = variants.filter((variant) => textAt(variant, 'type') !== 'null')
  const required = base.required && real.length === variants.length
  const [only] = real
  if (real.length === 1) {
    const field = fieldOf({ ...place, required }, only)
    return { ...field, description: base.description ?? field.description, preset: base.preset ?? field.preset, required }
  }
  const fields = real.map((variant) => fieldOf({ ...place, required: true, depth: place.depth + 1 }, variant))
  if (fields.every((field) => field.kind === 'json')) return { ...base, required, kind: 'json' }
  return { ...base, required, kind: 'choice', variants: fields }
}

function typedField(base: FieldBase, place: Place, schema: Json): Field {
  const type = isList(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type
  const required = base.required && !(isList(schema.type) && schema.type.includes('null'))
  switch (type) {
    case 'string':
      return { ...base, required, kind: 'text', multiline: isLong(place.key, schema) }
    case 'integer':
    case 'number':
      return { ...base, required, kind: 'number', integer: type === 'integer', min: lower(schema), max: upper(schema) }
    case 'boolean':
      return { ...base, required, kind: 'boolean' }
    case 'array':
      return { ...base, required, kind: 'list', item: fieldOf({ ...place, required: true, depth: place.depth + 1 }, schema.items ?? {}) }
    case 'object':
      return objectField({ ...base, required }, place, schema)
    default:
      return { ...base, required, kind: 'json' }
  }
}

function objectField(base: FieldBase, place: Place, schema: Json): Field {
  const properties = at(schema, 'properties')
  const needed = listAt(schema, 'required')
  if (isRecord(properties) && (Object.keys(properties).length > 0 || place.depth === 0)) {
    const fields = Object.entries(properties).map(([key, value]) =>
      fieldOf({ key, required: needed.includes(key), depth: place.depth + 1, root: place.root }, value),
    )
    return { ...base, kind: 'group', fields: [...fields.filter((f) => f.required), ...fields.filter((f) => !f.required)] }
  }
  if (place.depth === 0) return { ...base, kind: 'group', fields: [] }
  const values = resolve(at(schema, 'additionalProperties'), place.root, 0)
  const type = textAt(values, 'type')
  if (type === 'object' || type === 'array') return { ...base, kind: 'json' }
  return { ...base, kind: 'pairs', typed: type !== 'string' }
}

/** The fixed values a field may take, from `enum`, `const`, or a union of such. */
function optionsOf(schema: Json, root: unknown): readonly unknown[] | undefined {
  if (isList(schema.enum)) return schema.enum.filter((option) => option !== null)
  if ('const' in schema) return [schema.const]
  const union = unionOf(schema)
  if (union === undefined || union.length === 0) return undefined
  const parts = union.map((variant) => {
    const resolved = resolve(variant, root, 0)
    return isRecord(resolved) && textAt(resolved, 'type') !== 'object' && !unionOf(resolved) ? optionsOf(resolved, root) : undefined
  })
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined
}

function unionOf(schema: Json): readonly unknown[] | undefined {
  const union = schema.anyOf ?? schema.oneOf
  return isList(union) ? union : undefined
}

function variantsOf(schema: Json, root: unknown): readonly unknown[] | undefined {
  return unionOf(schema)?.map((variant) => resolve(variant, root, 0))
}

/** Follows `#/…` references; a reference that leads nowhere or round in circles becomes free JSON. */
function resolve(schema: unknown, root: unknown, hops: number): unknown {
  const ref = textAt(schema, '$ref')
  if (ref === undefined) return schema
  if (!ref.startsWith('#') || hops > 8) return {}
  const steps = ref.slice(1).split('/').filter(Boolean)
  return resolve(
    steps.reduce<unknown>((value, step) => at(value, step.replaceAll('~1', '/').replaceAll('~0', '~')), root),
    root,
    hops + 1,
  )
}

const longKeys = new Set(['sql', 'text', 'question', 'message', 'body', 'spec'])

function isLong(key: string, schema: Json): boolean {
  return longKeys.has(key) || (numberAt(schema, 'maxLength') ?? 0) > 2_000
}

/** zod writes the safe-integer range on every integer; as a bound for people it says nothing. */
function lower(schema: Json): number | undefined {
  const min = numberAt(schema, 'minimum') ?? numberAt(schema, 'exclusiveMinimum')
  return min === undefined || min <= Number.MIN_SAFE_INTEGER ? undefined : min
}

function upper(schema: Json): number | undefined {
  const max = numberAt(schema, 'maximum') ?? numberAt(schema, 'exclusiveMaximum')
  return max === undefined || max >= Number.MAX_SAFE_INTEGER ? undefined : max
}
