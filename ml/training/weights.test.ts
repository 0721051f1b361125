import { describe, expect, it } from 'vitest'
import { algorithms } from '../models/algorithms.ts'
import { columnNamed } from './columns.ts'
import { plan } from './plan.ts'
import type { TrainSpec } from './spec.ts'
import { readTarget } from './target.ts'
import { customers, frameOf, numberColumn, textColumn } from './testing.ts'
import { readWeights } from './weights.ts'

const ten = [...Array(40).keys()]
const frame = frameOf(
  numberColumn(
    'x',
    ten.map((i) => (i * 7) % 11),
  ),
  textColumn(
    'y',
    ten.map((i) => (i % 4 === 0 ? 'rare' : 'usual')),
  ),
  numberColumn(
    'weight',
    ten.map((i) => (i % 2 ? 3 : 1)),
  ),
)
const weighed = (spec: Partial<TrainSpec>, table = frame) => {
  const whole = { target: 'y', algorithm: 'logistic', ...spec }
  const target = readTarget(columnNamed(table, whole.target, 'target'), whole.task)
  return { target: target.values, weights: readWeights(table, whole, target) }
}

describe('weights', () => {
  it('come from a column and are 1 on average', () => {
    expect(Array.from(weighed({ weightColumn: 'weight' }).weights?.slice(0, 3) ?? [])).toEqual([0.5, 1.5, 0.5])
  })

  it('are no input of the model, and refused where the algorithm cannot weigh', () => {
    for (const { name, weighted, tasks } of algorithms) {
      if (!tasks.includes('binary')) continue
      const planned = () => plan(frame, { target: 'y', algorithm: name, weightColumn: 'weight' })
      if (!weighted) expect(planned).toThrow(/counts every row the same/)
      else expect(planned().problem.columns.map((column) => column.name)).toEqual(['x'])
    }
  })

  it('balanced make every class count the same in all', () => {
    const { target, weights } = weighed({ classWeight: 'balanced' })
    const sum = (of: number) => target.reduce((all, y, row) => all + (y === of ? (weights?.[row] ?? 0) : 0), 0)
    expect(sum(0)).toBeCloseTo(20, 12)
    expect(sum(1)).toBeCloseTo(20, 12)
  })

  it('of classes multiply those of rows', () => {
    const { weights, target } = weighed({ weightColumn: 'weight', classWeight: { rare: 4 } })
    expect((weights?.[0] ?? 0) / (weights?.[2] ?? 1)).toBeCloseTo(4, 12)
    expect((weights?.[1] ?? 0) / (weights?.[2] ?? 1)).toBeCloseTo(3, 12)
    expect(target[0]).toBe(0)
  })

  it('by group make the answer as frequent in every group, over what rows and classes count already', () => {
    const table = customers(200, 3)
    const plans = table.columns.find(({ name }) => name === 'plan')
    for (const spec of [{}, { classWeight: { yes: 3 } }]) {
      const { target, weights } = weighed({ target: 'churned', reweighBy: ['plan'], ...spec }, table)
      const shareIn = (code: number): number => {
        let [yes, all] = [0, 0]
        for (const [row, weight] of (weights ?? new Float64Array()).entries()) {
          if (plans?.type !== 'category' || plans.codes[row] !== code) continue
          all += weight
          if (target[row] === 1) yes += weight
        }
        return yes / all
      }
      expect(shareIn(0)).toBeCloseTo(shareIn(2), 12)
      expect(shareIn(1)).toBeCloseTo(shareIn(-1), 12)
    }
  })

  it.each<[string, Partial<TrainSpec>, RegExp, (number | null)[]?]>([
    ['a negative one', { weightColumn: 'w' }, /positive number in every row, found -2 \(rows 2, 4\)/, [1, -2, 3, -4]],
    ['zero', { weightColumn: 'w' }, /found 0 \(row 3\)/, [1, 1, 0, 1]],
    ['a missing one', { weightColumn: 'w' }, /found a missing value \(row 1\)/, [null, 1, 1, 1]],
    ['text', { weightColumn: 'plan' }, /holds text/],
    ['a column that is not there', { weightColumn: 'wait' }, /no weight column 'wait'/],
    ['a class that is not there', { classWeight: { maybe: 2 } }, /names 'maybe', which is no class.*no, yes/],
    ['a class of no weight', { classWeight: { yes: 0 } }, /positive number, found 0 for class 'yes'/],
    ['groups that are not there', { reweighBy: ['pla'] }, /no reweighing column 'pla'/],
    ['groups of a number', { target: 'age', task: 'regression', reweighBy: ['plan'] }, /reweigh_by needs a target of classes/],
    ['classes of a number', { target: 'age', task: 'regression', classWeight: 'balanced' }, /needs a target of classes/],
  ])('refuse %s', (_, spec, words, values = [1, 1, 1, 1]) => {
    const table = customers(100, 1)
    const w = numberColumn('w', [...values, ...Array(96).fill(1)])
    expect(() => weighed({ target: 'churned', ...spec }, frameOf(...table.columns, w))).toThrow(words)
  })
})
