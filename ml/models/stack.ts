/** Several fitted models that answer together: the weighted mean of their scores (stacking by averages; Caruana et al. 2004). */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { type Algorithm, defineAlgorithm, type Shape } from './algorithm.ts'

const fitted = z.strictObject({
  members: z
    .array(
      z.strictObject({
        algorithm: z.string().describe('Name in the table of algorithms'),
        weight: z.number().gt(0).max(1).describe('Its share of the answer; shares add up to 1'),
        fitted: z.unknown().describe('What it learned'),
      }),
    )
    .min(1)
    .describe('Models that answer together'),
})

export type Stacked = z.infer<typeof fitted>

/** `named` finds a member's algorithm: the table that holds this one too. */
export function stackOf(named: (name: string) => Algorithm): Algorithm {
  const of = ({ members }: Stacked, { task }: Shape) => {
    requireShares(members)
    return members.map(({ algorithm: name, weight, fitted: learned }) => {
      const algorithm = named(name)
      if (!algorithm.tasks.includes(task)) throw new RangeError(`'${name}' cannot answer together with others for ${task}.`)
      return { algorithm, weight, learned }
    })
  }
  return defineAlgorithm({
    name: 'stack',
    title: 'Models that answer together',
    tasks: ['binary', 'multiclass', 'regression'],
    weighted: false,
    params: z.strictObject({}),
    fitted,
    fit: () => {
      throw new Fault('invalid_input', 'A stack is made of other models. Train with auto, which stacks where that helps.')
    },
    scorer: (stacked, shape) => {
      const members = of(stacked, shape).map(({ algorithm, weight, learned }) => ({ weight, scorer: algorithm.scorer(learned, shape) }))
      let own = new Float64Array(0)
      return (row, scores) => {
        if (own.length !== scores.length) own = new Float64Array(scores.length)
        scores.fill(0)
        for (const { weight, scorer } of members) {
          scorer(row, own)
          addShare(scores, own, weight)
        }
      }
    },
    batchScorer: (stacked, shape: Shape) => {
      const members = of(stacked, shape).map(({ algorithm, weight, learned }) => ({ weight, score: algorithm.batchScorer(learned, shape) }))
      return (values, rows, scores) => {
        const own = new Float64Array(scores.length)
        scores.fill(0)
        for (const { weight, score } of members) {
          score(values, rows, own)
          addShare(scores, own, weight)
        }
      }
    },
  })
}

function requireShares(members: Stacked['members']): void {
  const sum = members.reduce((total, { weight }) => total + weight, 0)
  if (Math.abs(sum - 1) > 1e-6) throw new RangeError(`The shares of the models add up to ${sum}.`)
}

function addShare(scores: Float64Array, own: Float64Array, weight: number): void {
  for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] ?? 0) + weight * (own[i] ?? 0)
}
