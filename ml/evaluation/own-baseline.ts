/** A measure that brings a baseline of its own names it `baseline_…`; here the two are told apart. */
import type { Metrics } from './metrics.ts'

const prefix = 'baseline_'

/** The baseline loses its prefix, so that both have the same names. */
export function besideBaseline(all: Metrics): { readonly metrics: Metrics; readonly baseline: Metrics } {
  const entries = Object.entries(all)
  return {
    metrics: Object.fromEntries(entries.filter(([name]) => !name.startsWith(prefix))),
    baseline: Object.fromEntries(entries.flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : []))),
  }
}
