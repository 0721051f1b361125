/** The way a model is best explained: trees by TreeSHAP, linear models in closed form, all others by asking them. */
import { Fault } from '../../platform/fault.ts'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { equationSchema } from '../models/linear/equation.ts'
import { type Model, modelScorer, shapeOf } from '../models/model.ts'
import { outputs } from '../models/problem.ts'
import { backgroundShap } from './background-shap.ts'
import { kernelShap } from './kernel-shap.ts'
import { linearShap } from './linear-shap.ts'
import { answerOutput, type Output, rawOutput, type Space } from './output.ts'
import { pathShap } from './path-shap.ts'
import { type Rows, rowAt, type Shap } from './shapley.ts'
import { isTreeAlgorithm, treeModelOf } from './tree-models.ts'

/** What a caller may ask for. */
export const ways = ['auto', 'tree', 'linear', 'kernel'] as const
export type Way = (typeof ways)[number]

/** What was done. */
export const methods = ['tree_path_dependent', 'tree_interventional', 'linear', 'kernel'] as const
export type Method = (typeof methods)[number]

export interface Explainer {
  readonly method: Method
  readonly space: Space
  /** Values of every row; `done` hears the share of the work, 0 to 1. */
  explain(rows: Rows, done?: (fraction: number) => void): Shap
}

export interface ExplainerOptions {
  readonly method: Method
  /** The class explained; 0 where the model answers one number. */
  readonly output: number
  /** Rows that stand for what is usual; the path-dependent way reads none. */
  readonly background: Rows
  /** Most coalitions that the kernel asks for a row. */
  readonly coalitions: number
  readonly seed: number
}

const linearAlgorithms: ReadonlySet<string> = new Set(['linear', 'logistic'])

/** `hasBackground`: the caller named data to compare with. Throws `invalid_input` for a way that does not fit. */
export function methodFor(algorithm: string, way: Way, hasBackground: boolean): Method {
  const own = isTreeAlgorithm(algorithm) ? 'tree' : linearAlgorithms.has(algorithm) ? 'linear' : 'kernel'
  const chosen = way === 'auto' ? own : way
  if (chosen !== own && chosen !== 'kernel')
    throw new Fault(
      'invalid_input',
      `Method '${way}' does not fit a ${algorithm} model. Use ${own}${own === 'kernel' ? '' : ', kernel'} or auto.`,
    )
  if (chosen !== 'tree') return chosen
  return hasBackground ? 'tree_interventional' : 'tree_path_dependent'
}

export function explainerOf(model: Model, options: ExplainerOptions): Explainer {
  if (options.method !== 'tree_path_dependent' && options.background.count === 0)
    throw new Fault('invalid_input', 'The background data has no rows to compare with. Choose other data.')
  switch (options.method) {
    case 'tree_path_dependent':
    case 'tree_interventional':
      return treeExplainer(model, options)
    case 'linear':
      return linearExplainer(model, options)
    case 'kernel':
      return kernelExplainer(model, options)
  }
}

function treeExplainer(model: Model, { method, output: k, background }: ExplainerOptions): Explainer {
  const { sum, outputOf } = treeModelOf(model)
  const output = outputOf(k)
  const explain =
    method === 'tree_path_dependent'
      ? (rows: Rows): Shap => pathShap(sum, output.index, rows)
      : (rows: Rows): Shap => backgroundShap(sum, output.index, { rows, background })
  return { method, space: output.space, explain: (rows) => signed(explain(rows), output) }
}

function linearExplainer(model: Model, { method, output: k, background }: ExplainerOptions): Explainer {
  const equation = equationSchema.parse(model.fitted)
  const output = rawOutput(model.task, equation.intercept.length, k)
  return {
    method,
    space: output.space,
    explain: (rows) => signed(linearShap(equation, output.index, { rows, background }), output),
  }
}

function kernelExplainer(model: Model, { method, output: k, background, coalitions, seed }: ExplainerOptions): Explainer {
  const { index, space } = answerOutput(model.task, k)
  const options = { scorer: modelScorer(model), outputs: outputs(shapeOf(model)), output: index, background, coalitions }
  return {
    method,
    space,
    explain: (rows, done) => {
      const values = new Float64Array(rows.count * rows.width)
      let base = 0
      for (let row = 0; row < rows.count; row++) {
        const shap = kernelShap(rowAt(rows, row), { ...options, random: seededRandom(seed + row) })
        base = shap.base
        values.set(shap.values, row * rows.width)
        done?.((row + 1) / rows.count)
      }
      return { base, values }
    },
  }
}

function signed({ base, values }: Shap, { sign }: Output): Shap {
  return sign === 1 ? { base, values } : { base: -base, values: values.map((value) => -value) }
}
