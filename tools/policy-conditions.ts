/** What a policy rule may ask of an argument. An argument that is not there fits no condition. */
import { digestOf } from '../platform/canonical.ts'
import type { Origin } from './invocation.ts'

export interface ArgumentCondition {
  /** Dotted path: "percent", "steps.0.column". */
  readonly argument: string
  readonly equals?: unknown
  readonly oneOf?: readonly unknown[] | undefined
  readonly atMost?: number | undefined
  readonly atLeast?: number | undefined
  readonly startsWith?: string | undefined
  /** Where the argument came from. */
  readonly trust?: Origin['trust'] | undefined
}

export interface ConditionedCall {
  readonly input: unknown
  readonly origins: Readonly<Record<string, Origin>>
}

export function holds(condition: ArgumentCondition, { input, origins }: ConditionedCall): boolean {
  const { argument, equals, oneOf, atMost, atLeast, startsWith, trust } = condition
  const value = argument
    .split('.')
    .reduce<unknown>(
      (inner, key) => (inner !== null && typeof inner === 'object' && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined),
      input,
    )
  if (value === undefined) return false
  return (
    (equals === undefined || same(value, equals)) &&
    (oneOf?.some((one) => same(value, one)) ?? true) &&
    (atMost === undefined || (typeof value === 'number' && value <= atMost)) &&
    (atLeast === undefined || (typeof value === 'number' && value >= atLeast)) &&
    (startsWith === undefined || (typeof value === 'string' && value.startsWith(startsWith))) &&
    (trust === undefined || labelOf(origins, argument) === trust)
  )
}

/** Of an argument, or of anything inside it; of the decision with ''. What nobody labelled came from the caller: trusted. */
export function labelOf(origins: ConditionedCall['origins'], path: string): Origin['trust'] {
  const own = origins[path]?.trust
  if (own === 'untrusted' || path === '') return own ?? 'trusted'
  const inside = Object.entries(origins).some(([at, { trust }]) => trust === 'untrusted' && at.startsWith(`${path}.`))
  return inside ? 'untrusted' : 'trusted'
}

const same = (one: unknown, other: unknown): boolean => digestOf({ value: one }) === digestOf({ value: other })
