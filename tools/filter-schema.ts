/** The schema of metadata filters, for every tool that takes one. */
import { z } from 'zod'
import { type Bounds, type Condition, type Filter, filterLimits, type Scalar } from '../rag/search/filter.ts'

const scalar: z.ZodType<Scalar, Scalar> = z
  .union([z.string().max(filterLimits.valueLength), z.number(), z.boolean()])
  .meta({ id: 'FilterValue' })
const several = z.array(scalar).max(filterLimits.values)

const bounds = {
  gt: scalar.optional().describe('Greater than this'),
  gte: scalar.optional().describe('At least this'),
  lt: scalar.optional().describe('Less than this'),
  lte: scalar.optional().describe('At most this'),
}

const condition: z.ZodType<Condition, Condition> = z.strictObject({
  eq: scalar.optional().describe('Equal to this'),
  in: several.optional().describe('One of these'),
  ...bounds,
  range: z.strictObject(bounds).optional().describe('Within these bounds') satisfies z.ZodType<Bounds | undefined>,
  prefix: z.string().max(filterLimits.valueLength).optional().describe('A text that begins so'),
  exists: z.boolean().optional().describe('Whether the key is there and not null'),
})

const joined: z.ZodType<Filter, Filter> = z
  .object({
    get and() {
      return z.array(joined).min(1).max(filterLimits.conditions).optional().describe('All of these filters hold')
    },
    get or() {
      return z.array(joined).min(1).max(filterLimits.conditions).optional().describe('At least one of these filters holds')
    },
    get not() {
      return joined.optional().describe('This filter does not hold')
    },
  })
  .catchall(z.union([scalar, several, condition]))
  .meta({ id: 'Filter' })

/** Refuses what the schema below would not get through whole: `__proto__`, which objects cannot hold, and endless nesting. */
function requirePlain(raw: unknown, context: z.RefinementCtx): unknown {
  let level: readonly unknown[] = [raw]
  // One level of `and`, `or`, `not` takes two of JSON, and a condition with its range and lists three more.
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 2 * filterLimits.depth + 3) {
      context.addIssue({ code: 'custom', message: `nested deeper than ${filterLimits.depth} levels` })
      return z.NEVER
    }
    if (level.some((value) => typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__'))) {
      context.addIssue({ code: 'custom', message: "a key cannot be '__proto__'" })
      return z.NEVER
    }
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  }
  return raw
}

/** What a search may find, by the documents' metadata. */
export const filterSchema = z
  .preprocess(requirePlain, joined)
  .describe(
    'Metadata that must fit: {key: value}, {key: [one, of]} or {key: {eq, in, gt, gte, lt, lte, prefix, exists}}, all of them; joined by {and: […]}, {or: […]}, {not: {…}}. A list in the metadata fits by any of its items',
  )
