import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { Tree } from '../models/trees/tree.ts'
import { packTrees } from '../models/trees/trees.ts'
import { leafFinder } from '../models/trees/walk.ts'
import { backgroundShap } from './background-shap.ts'
import { pathShap } from './path-shap.ts'
import { type Rows, rowAt, type Shap } from './shapley.ts'
import { backgroundGame, columnsFor, pathGame, randomRows, randomTrees, shapleyByDefinition } from './testing.ts'
import type { TreeSum } from './tree-sum.ts'

/** Two outputs that share every tree, scaled, as forests; or trees that take turns, as boosting. */
function randomSum(columns: number, { leaves, seed, turns = false }: { leaves: number; seed: number; turns?: boolean }): TreeSum {
  const random = seededRandom(seed)
  const trees = randomTrees(columnsFor(columns), 6, { leaves, width: turns ? 1 : 2, random })
  return {
    trees,
    start: Float64Array.of(0.25, -1),
    scale: turns ? 1 : 1 / 6,
    slotOf: (tree, output) => (turns ? (tree % 2 === output ? 0 : -1) : output),
  }
}

function answers(sum: TreeSum, output: number): (row: Float64Array) => number {
  const leafOf = leafFinder(sum.trees)
  return (row) => {
    let total = sum.start[output] ?? 0
    for (let tree = 0; tree + 1 < sum.trees.nodes.length; tree++) {
      const slot = sum.slotOf(tree, output)
      if (slot >= 0) total += sum.scale * (sum.trees.leafValue[leafOf(tree, row, 0) * sum.trees.width + slot] ?? 0)
    }
    return total
  }
}

const largest = (differences: readonly number[]): number => Math.max(...differences.map(Math.abs))

function fromDefinition(shap: Shap, rows: Rows, game: (row: Float64Array) => (set: number) => number): number {
  return largest(
    Array.from({ length: rows.count }, (_, row) => {
      const of = game(rowAt(rows, row))
      const wanted = shapleyByDefinition(rows.width, of)
      return largest([shap.base - of(0), ...wanted.map((value, column) => value - (shap.values[row * rows.width + column] ?? Number.NaN))])
    }),
  )
}

const shapes = [
  { columns: 1, leaves: 2 },
  { columns: 2, leaves: 12 },
  { columns: 3, leaves: 1 },
  { columns: 5, leaves: 20 },
  { columns: 9, leaves: 40 },
]

describe('TreeSHAP by paths', () => {
  it.each(shapes)('gives the Shapley values of the definition: $columns columns, $leaves leaves', ({ columns, leaves }) => {
    const rows = randomRows(columnsFor(columns), 6, seededRandom(columns))
    for (const turns of [false, true]) {
      const sum = randomSum(columns, { leaves, seed: leaves, turns })
      for (const output of [0, 1])
        expect(fromDefinition(pathShap(sum, output, rows), rows, (row) => pathGame(sum, output, row))).toBeLessThan(1e-12)
    }
  })

  it('adds up to the raw score, also on long paths of many columns', () => {
    const sum = randomSum(60, { leaves: 800, seed: 3 })
    const rows = randomRows(columnsFor(60), 50, seededRandom(4))
    const { base, values } = pathShap(sum, 1, rows)
    const answer = answers(sum, 1)
    const gaps = Array.from({ length: rows.count }, (_, row) => {
      const total = values.subarray(row * 60, (row + 1) * 60).reduce((all, value) => all + value, base)
      return total - answer(rowAt(rows, row))
    })
    expect(largest(gaps)).toBeLessThan(1e-12)
  })
})

describe('a tree of 5,000 levels on two columns', () => {
  const levels = Array.from({ length: 5000 }, (_, i) => i)
  const chain: Tree = {
    feature: levels.map((i) => i % 2),
    threshold: levels.map((i) => i / 5000),
    missing: levels.map(() => 0),
    left: levels.map((i) => ~i),
    right: levels.map((i) => (i < 4999 ? i + 1 : ~5000)),
    gain: levels,
    cover: levels.map((i) => 5001 - i),
    value: levels,
    leafCover: [...levels, 5000].map(() => 1),
    leafValue: [...levels, 5000].map((i) => i / 5000),
    sets: [],
  }
  const trees = packTrees([chain], 1, columnsFor(2))
  const sum: TreeSum = { trees, start: Float64Array.of(0), scale: 1, slotOf: () => 0 }
  const rows = randomRows(columnsFor(2), 20, seededRandom(8))

  it.each([
    ['by paths', () => pathShap(sum, 0, rows)],
    ['against background rows', () => backgroundShap(sum, 0, { rows, background: rows })],
  ])('is explained %s all the same', (_, explain) => {
    const { base, values } = explain()
    for (let row = 0; row < rows.count; row++)
      expect(base + (values[2 * row] ?? 0) + (values[2 * row + 1] ?? 0)).toBeCloseTo(answers(sum, 0)(rowAt(rows, row)), 10)
  })
})

describe('TreeSHAP against background rows', () => {
  it.each(shapes)('gives the Shapley values of the definition: $columns columns, $leaves leaves', ({ columns, leaves }) => {
    const rows = randomRows(columnsFor(columns), 4, seededRandom(columns + 50))
    const background = randomRows(columnsFor(columns), 7, seededRandom(columns + 90))
    for (const turns of [false, true]) {
      const sum = randomSum(columns, { leaves, seed: leaves + 1, turns })
      const shap = backgroundShap(sum, 1, { rows, background })
      expect(fromDefinition(shap, rows, (row) => backgroundGame(answers(sum, 1), row, background))).toBeLessThan(1e-12)
    }
  })
})
