/** A foreign JSON Schema made safe to show and to check with: bounded, without hidden characters, references of its own only. */
import { z } from 'zod'
import { plainWords } from './foreign-text.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const mostBytes = 32_768
const deepest = 24
const longestText = 400
const anything: JsonSchema = { type: 'object', additionalProperties: true }

/**
 * The schema as listed, with its texts cleaned. One that is too large, too deep, refers elsewhere or is not of an object
 * becomes "any object": then the server alone checks.
 */
export function shownSchema(schema: JsonSchema): JsonSchema {
  const { $schema: _, $id: __, ...body } = schema
  if (schema.type !== 'object' || JSON.stringify(schema).length > mostBytes) return anything
  const cleaned = clean(body, 0)
  return isRecord(cleaned) ? cleaned : anything
}

const tooMuch = Symbol('too much')

function clean(value: unknown, depth: number): unknown {
  if (depth > deepest) return tooMuch
  if (typeof value === 'string') return plainWords(value, longestText)
  if (Array.isArray(value)) {
    const items = value.map((item) => clean(item, depth + 1))
    return items.includes(tooMuch) ? tooMuch : items
  }
  if (!isRecord(value)) return value
  const { $ref } = value
  if (typeof $ref === 'string' && !$ref.startsWith('#/$defs/') && !$ref.startsWith('#/definitions/')) return tooMuch
  const entries = Object.entries(value).map(([key, inner]) => [key, clean(inner, depth + 1)] as const)
  // A name that shows as another is a trap, and the server would not know it cleaned.
  if (entries.some(([key, inner]) => inner === tooMuch || key !== plainWords(key, 200) || key === '__proto__')) return tooMuch
  return Object.fromEntries(entries)
}

/**
 * A check of our own before anything is sent. Patterns are left to the server, whose expressions are not run here, and so
 * are schemas with references: a small one can ask for more steps than there is time.
 */
export function checkOf(shown: JsonSchema): z.ZodType {
  try {
    if (JSON.stringify(shown).includes('"$ref"')) return z.looseObject({})
    return z.fromJSONSchema(withoutPatterns(shown))
  } catch {
    return z.looseObject({})
  }
}

type ConvertibleSchema = Exclude<Parameters<typeof z.fromJSONSchema>[0], boolean>

const left = new Set(['pattern', 'patternProperties', 'format', 'default', 'propertyNames'])

/** Keywords go where they are keywords: a property may be called 'pattern'. */
function withoutPatterns(schema: JsonSchema): ConvertibleSchema {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]): (readonly [string, unknown])[] => {
      if (left.has(key)) return []
      if (named.has(key) && isRecord(value)) return [[key, eachOf(value)]]
      return [[key, inner(value)]]
    }),
  )
}

const named = new Set(['properties', '$defs', 'definitions'])

const eachOf = (schemas: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, inner(schema)]))

function inner(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inner)
  return isRecord(value) ? withoutPatterns(value) : value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
