import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { BatchScorer } from '../models/algorithm.ts'
import type { Equation } from '../models/linear/equation.ts'
import { sigmoid } from '../models/softmax.ts'
import type { Tree } from '../models/trees/tree.ts'
import { packTrees } from '../models/trees/trees.ts'
import { backgroundShap } from './background-shap.ts'
import { kernelShap } from './kernel-shap.ts'
import { linearShap } from './linear-shap.ts'
import { pathShap } from './path-shap.ts'
import { type Rows, rowAt, type Shap } from './shapley.ts'
import type { TreeSum } from './tree-sum.ts'

const column = z.array(z.number())
const reference = z.object({
  X: z.array(column),
  background: z.array(column),
  tree: z.object({
    children_left: column,
    children_right: column,
    feature: column,
    threshold: column,
    value: column,
    n_node_samples: column,
  }),
  tree_path_dependent: z.object({ base: z.number(), values_first5: z.array(column) }),
  tree_interventional: z.object({ base: z.number(), values_first5: z.array(column) }),
  linear: z.object({ coef: column, intercept: z.number(), base: z.number(), values_first5: z.array(column) }),
  logistic: z.object({ coef: column, intercept: z.number(), base: z.number(), exact_shapley_prob_first3: z.array(column) }),
})

type Reference = z.infer<typeof reference>

/** A tree in scikit-learn's arrays, where a leaf is a node without children. */
function treeOf({ children_left, children_right, feature, threshold, value, n_node_samples }: Reference['tree']): Tree {
  const all = [...children_left.keys()]
  const nodes = all.filter((i) => (children_left[i] ?? -1) >= 0)
  const leaves = all.filter((i) => (children_left[i] ?? -1) < 0)
  const link = (i: number): number => (nodes.includes(i) ? nodes.indexOf(i) : ~leaves.indexOf(i))
  const pick = (list: readonly number[], at: readonly number[]): number[] => at.map((i) => list[i] ?? 0)
  return {
    feature: pick(feature, nodes),
    threshold: pick(threshold, nodes),
    missing: nodes.map(() => 0),
    left: pick(children_left, nodes).map(link),
    right: pick(children_right, nodes).map(link),
    gain: nodes.map(() => 0),
    cover: pick(n_node_samples, nodes),
    value: pick(value, nodes),
    leafCover: pick(n_node_samples, leaves),
    leafValue: pick(value, leaves),
    sets: [],
  }
}

const sumOf = (tree: Reference['tree'], columns: number): TreeSum => ({
  trees: packTrees(
    [treeOf(tree)],
    1,
    Array.from({ length: columns }, (_, i) => ({ name: `x${i}`, type: 'number' })),
  ),
  start: Float64Array.of(0),
  scale: 1,
  slotOf: () => 0,
})

const rowsFrom = (lines: readonly (readonly number[])[]): Rows => ({
  count: lines.length,
  width: lines[0]?.length ?? 0,
  values: Float64Array.from(lines.flat()),
})

const largest = (differences: readonly number[]): number => Math.max(...differences.map(Math.abs))

/** Largest difference of base and values. */
function apart({ base, values }: Shap, wanted: { readonly base: number; readonly values_first5: readonly (readonly number[])[] }): number {
  return largest([base - wanted.base, ...wanted.values_first5.flat().map((value, i) => value - (values[i] ?? Number.NaN))])
}

function equationOf({ coef, intercept }: Pick<Reference['linear'], 'coef' | 'intercept'>): Equation {
  return { intercept: [intercept], terms: coef.map((weight) => ({ type: 'number', mean: 0, scale: 1, weight: [weight], missing: [0] })) }
}

const probability =
  ({ coef, intercept }: Reference['logistic']): BatchScorer =>
  (columns, rows, scores) => {
    for (let row = 0; row < rows; row++)
      scores[row] = sigmoid(coef.reduce((sum, weight, i) => sum + weight * (columns[i]?.[row] ?? Number.NaN), intercept))
  }

function kernel({ logistic }: Reference, rows: Rows, background: Rows): Shap {
  const scorer = probability(logistic)
  const options = { scorer, outputs: 1, output: 0, background, coalitions: 64, random: seededRandom(0) }
  const all = Array.from({ length: rows.count }, (_, row) => kernelShap(rowAt(rows, row), options))
  return { base: all[0]?.base ?? Number.NaN, values: Float64Array.from(all.flatMap(({ values }) => [...values])) }
}

/** Largest difference of each way. */
function differences(given: Reference): Readonly<Record<string, number>> {
  const rows = rowsFrom(given.X.slice(0, given.linear.values_first5.length))
  const background = rowsFrom(given.background)
  const sum = sumOf(given.tree, rows.width)
  const three = rowsFrom(given.X.slice(0, 3))
  return {
    path: apart(pathShap(sum, 0, rows), given.tree_path_dependent),
    background: apart(backgroundShap(sum, 0, { rows, background }), given.tree_interventional),
    linear: apart(linearShap(equationOf(given.linear), 0, { rows, background }), given.linear),
    kernel: apart(kernel(given, three, background), { ...given.logistic, values_first5: given.logistic.exact_shapley_prob_first3 }),
  }
}

describe('the shap package agrees', () => {
  it('on a few rows: a tree by paths and against background (shap adds in float32), linear, kernel', () => {
    const found = differences(reference.parse(pasted))
    expect(found.path).toBeLessThan(1e-12)
    expect(found.background).toBeLessThan(1e-6)
    expect(found.linear).toBeLessThan(1e-12)
    expect(found.kernel).toBeLessThan(1e-12)
  })

  const file = process.env.MILLRACE_REFERENCE_SHAP
  it.skipIf(file === undefined)('to 1e-6 on the whole reference that MILLRACE_REFERENCE_SHAP names', () => {
    const found = differences(reference.parse(JSON.parse(readFileSync(file ?? '', 'utf8'))))
    console.log(found)
    expect(largest(Object.values(found))).toBeLessThan(1e-6)
  })
})

/** From shap 0.51.0 and scikit-learn 1.9.1: a regression tree on 40 rows, a linear and a logistic regression. */
const pasted: unknown = {
  X: [
    [0.5693273963406682, 0.25809032237157226, 0.3240002878010273, 0.9728268985636532],
    [0.3110656915232539, 0.7923837187699974, 0.5524904821068048, 0.7222646162845194],
    [0.9940482014790177, 0.5969333662651479, 0.9227651953697205, 0.6458956864662468],
  ],
  background: [
    [0.5693273963406682, 0.25809032237157226, 0.3240002878010273, 0.9728268985636532],
    [0.3110656915232539, 0.7923837187699974, 0.5524904821068048, 0.7222646162845194],
    [0.9940482014790177, 0.5969333662651479, 0.9227651953697205, 0.6458956864662468],
    [0.6952493181452155, 0.6491061891429126, 0.34306331537663937, 0.518370206002146],
    [0.8771643685176969, 0.030082283075898886, 0.9786656610667706, 0.7451900173909962],
    [0.6127852005884051, 0.7596937823109329, 0.31183150596916676, 0.7082897634245455],
    [0.8164351442828774, 0.2699356018565595, 0.8169694766402245, 0.17216481687501073],
    [0.07421334739774466, 0.23589805467054248, 0.5947928261011839, 0.21929608518257737],
    [0.16779848653823137, 0.9828713438473642, 0.809209082275629, 0.6836216901428998],
    [0.885361853055656, 0.1883719298057258, 0.27069407142698765, 0.5508055225946009],
  ],
  tree: {
    children_left: [1, 2, 3, -1, -1, 6, -1, -1, 9, 10, -1, -1, -1],
    children_right: [8, 5, 4, -1, -1, 7, -1, -1, 12, 11, -1, -1, -1],
    feature: [0, 0, 1, -2, -2, 0, -2, -2, 3, 1, -2, -2, -2],
    threshold: [
      0.8099391460418701, 0.2533240020275116, 0.7808385193347931, -2.0, -2.0, 0.5175037980079651, -2.0, -2.0, 0.8731929063796997,
      0.13756579905748367, -2.0, -2.0, -2.0,
    ],
    value: [
      0.9392260235559682, 0.4966150879439133, -0.34914967052926066, -0.07601360546163628, -1.305125898265946, 0.8275665151725464,
      0.522006669693127, 1.1609045284228223, 2.709669766004189, 2.891758519995295, 3.432131933764172, 2.6756091544877436,
      1.4350484880664451,
    ],
    n_node_samples: [40, 32, 9, 7, 2, 23, 12, 11, 8, 7, 2, 5, 1],
  },
  tree_path_dependent: {
    base: 0.9392260235559682,
    values_first5: [
      [0.3247171818344908, 0.01811909433216726, 0.0, -0.12115777129980407],
      [-0.30716658944710123, -0.12736101745856926, 0.0, 0.017308253042829163],
      [1.7296941799466603, -0.09265745549045251, 0.0, 0.09934640647556763],
    ],
  },
  tree_interventional: {
    base: 1.4082540148461413,
    values_first5: [
      [-0.01025814414024353, 0.036238187551498414, 0.0, -0.27332956790924073],
      [-0.7869655430316925, -0.09928176403045655, 0.0, 0.0],
      [1.2195237517356872, -0.014196670055389405, 0.0, 0.06202803254127502],
    ],
  },
  linear: {
    coef: [3.57698625359253, -2.011194866091206, 0.5234936169415038, -0.08206553171569363],
    intercept: -0.26257750567969596,
    base: 1.1882484893919465,
    values_first5: [
      [-0.11094918702483274, 0.43893591219600736, -0.14053076349891963, -0.031099091728138947],
      [-1.0347477549860953, -0.6356322236269388, -0.020917605246121157, -0.010536564805004114],
      [1.408271294569795, -0.24254347809346918, 0.17291884366186072, -0.004269307972909084],
    ],
  },
  logistic: {
    coef: [2.513736668880744, -0.7134570409630014, 0.6153081192996629, 0.3930062074664124],
    intercept: -1.4950709392965413,
    base: 0.5577185780365326,
    exact_shapley_prob_first3: [
      [-0.010433338690141828, 0.03708588815253616, -0.035033187848889334, 0.03330170343687783],
      [-0.1727993320604997, -0.04963638287754267, -0.003990032679696267, 0.01064756093727151],
      [0.21391621856321844, -0.013496083247294639, 0.04037286094131877, 0.0035840854519313585],
    ],
  },
}
