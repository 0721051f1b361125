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

/**
 * Of the decision with ''. Of an argument: untrusted when it or anything inside it is; without a label there, that of what
 * holds it, up to the decision, because a surface that only knows what led to a call knows no more of its arguments. Without
 * any label it came from the caller: trusted.
 */
export function labelOf(origins: ConditionedCall['origins'], path: string): Origin['trust'] {
  if (path === '') return origins['']?.trust ?? 'trusted'
  const inside = Object.entries(origins).filter(([at]) => at === path || at.startsWith(`${path}.`))
  if (inside.length > 0) return inside.some(([, { trust }]) => trust === 'untrusted') ? 'untrusted' : 'trusted'
  return labelOf(origins, path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '')
}

const same = (one: unknown, other: unknown): boolean => digestOf({ value: one }) === digestOf({ value: other })
