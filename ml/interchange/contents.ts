/** What a model consists of, for exporters: a sum of trees, a linear equation, or neither. */
import { z } from 'zod'
import { type Equation, equationSchema } from '../models/linear/equation.ts'
import type { Model } from '../models/model.ts'
import { float64s } from '../models/numbers.ts'
import { type Ensemble, ensembleSchema } from '../models/trees/ensemble.ts'
import { treesSchema } from '../models/trees/trees.ts'

const boosted = z.object({ objective: z.string(), start: float64s, trees: treesSchema })
const grown = z.object({ trees: treesSchema })

/** Undefined for a model that is no sum or mean of trees. */
export function treesOf({ algorithm, fitted, task }: Model): Ensemble | undefined {
  if (algorithm === 'imported_trees') return ensembleSchema.parse(fitted)
  if (algorithm === 'gradient_boosting') {
    const { objective, start, trees } = boosted.parse(fitted)
    const link = objective === 'poisson' ? 'exp' : (naturalLinks[task] ?? 'identity')
    return { start, trees, link, average: false, sigmoid: 1 }
  }
  if (!['tree', 'random_forest', 'extra_trees'].includes(algorithm)) return
  const { trees } = grown.parse(fitted)
  return { start: new Float64Array(trees.width), trees, link: 'identity', average: algorithm !== 'tree', sigmoid: 1 }
}

const naturalLinks: Partial<Record<Model['task'], Ensemble['link']>> = { binary: 'sigmoid', multiclass: 'softmax' }

/** Undefined for a model that is no linear equation. */
export function linearOf({ algorithm, fitted, task }: Model): { readonly equation: Equation; readonly link: Ensemble['link'] } | undefined {
  if (algorithm !== 'linear' && algorithm !== 'logistic') return
  const equation = equationSchema.parse(fitted)
  const link = task === 'regression' ? 'identity' : equation.intercept.length === 1 ? 'sigmoid' : 'softmax'
  return { equation, link }
}
