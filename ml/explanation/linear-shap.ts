/**
 * Shapley values of a linear model: a column adds what it adds whatever the others hold, so its value is what it adds for
 * this row less what it adds for the background rows on average (interventional; Štrumbelj & Kononenko 2014).
 */
import { addAt, at } from '../models/at.ts'
import { type Equation, type Term, termOf } from '../models/linear/equation.ts'
import type { Rows, Shap } from './shapley.ts'

/** Of one output, before any link; background of at least one row. */
export function linearShap({ intercept, terms }: Equation, output: number, { rows, background }: Comparison): Shap {
  const values = new Float64Array(rows.count * rows.width)
  let base = intercept[output] ?? 0
  for (const [column, term] of terms.entries()) {
    const usual = meanTerm(term, { output, column }, background)
    base += usual
    for (let row = 0; row < rows.count; row++) {
      const place = row * rows.width + column
      addAt(values, place, termOf(term, at(rows.values, place), output) - usual)
    }
  }
  return { base, values }
}

interface Comparison {
  readonly rows: Rows
  readonly background: Rows
}

function meanTerm(term: Term, { output, column }: { readonly output: number; readonly column: number }, rows: Rows): number {
  let sum = 0
  for (let row = 0; row < rows.count; row++) sum += termOf(term, at(rows.values, row * rows.width + column), output)
  return sum / rows.count
}
