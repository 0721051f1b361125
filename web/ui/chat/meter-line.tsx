/** What the turn has cost so far, beside what it may. */
import type { JSX } from 'react'
import { number } from '../format.ts'
import { readMeter } from './events.ts'

/** A turn that has used this share of its budget says how much that is. */
const worthSaying = 0.5

export function MeterLine({ state }: { readonly state: unknown }): JSX.Element | null {
  const meter = readMeter(state)
  if (meter === undefined || meter.tokens === 0) return null
  const { tokens, usd, budget } = meter
  const share = Math.max(part(tokens, budget.tokens), part(usd, budget.usd))
  const limits = [
    ...(budget.tokens === undefined ? [] : [`${number(budget.tokens)} tokens`]),
    ...(usd === undefined || budget.usd === undefined ? [] : [`$${budget.usd}`]),
  ]
  return (
    <p className="cost" title={limits.length === 0 ? undefined : `A turn may use ${limits.join(' and ')}.`}>
      {number(tokens)} tokens{usd !== undefined && ` · $${usd < 0.01 ? usd.toPrecision(1) : usd.toFixed(2)}`}
      {share >= worthSaying && (
        <span className="cost-share">
          <meter min={0} max={1} high={0.8} value={Math.min(1, share)} aria-label="Share of the budget of this turn" />
          {Math.round(100 * share)} % of the budget
        </span>
      )}
    </p>
  )
}

const part = (used: number | undefined, most: number | undefined): number => (used === undefined || !most ? 0 : used / most)
