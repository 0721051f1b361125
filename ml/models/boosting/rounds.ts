/** One round of boosting: gradients at the scores so far, a tree for each output, its leaves added to the scores. */
import { at } from '../at.ts'
import type { Tree } from '../trees/tree.ts'
import type { Run } from './boost.ts'
import type { Field } from './field.ts'
import { type Grown, type Leaf, treeGrower } from './grow.ts'
import { chunk } from './layout.ts'
import { percentile } from './objective.ts'
import { bag, sampledColumns } from './sampling.ts'
import { tasks } from './tasks.ts'

/** Grows the trees of round `round` (from 0) and moves the scores on. */
export function rounds(run: Run): (round: number) => readonly Tree[] {
  const { field, params, control, loss } = run
  const { layout, args, used, team } = field
  const grow = treeGrower(field)
  const rowsOfRound = drawRows(run)
  const order = new Uint32Array(field.memory.buffer, layout.order, layout.rows)
  return (round) => {
    args.set([loss.kernel, loss.parameter, loss.hit ?? 0])
    team.run(tasks.derive, Math.ceil(layout.rows / chunk))
    const { list, teaching } = rowsOfRound(round)
    return Array.from({ length: layout.outputs }, (_, output) => {
      const tree = layout.outputs * round + output
      used.set(sampledColumns(layout.columns, { fraction: params.feature_fraction, seed: control.seed, tree }))
      order.set(list)
      const pairs = layout.pairs + output * layout.pairStep
      const grown = grow({ pairs, teaching, inOrder: teaching === layout.rows, maxDepth: params.max_depth })
      const finished = scaled(run, order, grown)
      addLeaves(field, grown.leaves, { values: finished.leafValue, output })
      return finished
    })
  }
}

/** Those that teach in a round come first. */
function drawRows({ params, control, rows }: Run): (round: number) => { readonly list: Uint32Array; readonly teaching: number } {
  const { bagging_freq: freq, bagging_fraction: fraction } = params
  const joined = (inside: Uint32Array, outside: Uint32Array) => {
    const list = new Uint32Array(rows.teaching.length + rows.heldOut.length)
    list.set(inside)
    list.set(outside, inside.length)
    list.set(rows.heldOut, rows.teaching.length)
    return { list, teaching: inside.length }
  }
  const none = new Uint32Array()
  if (freq === 0 || fraction === 1) {
    const all = rows.heldOut.length === 0 ? { list: rows.teaching, teaching: rows.teaching.length } : joined(rows.teaching, none)
    return () => all
  }
  let drawn = -1
  let current = joined(rows.teaching, none)
  return (round) => {
    const draw = Math.floor(round / freq)
    if (draw !== drawn) {
      const { inside, outside } = bag(rows.teaching, { fraction, seed: control.seed, draw })
      current = joined(inside, outside)
      drawn = draw
    }
    return current
  }
}

/** The tree with its values as they are added: renewed where the loss asks for it, times the learning rate. */
function scaled(run: Run, order: Uint32Array, { tree, leaves }: Grown): Tree {
  const { params, loss } = run
  /** A tree that found no split has nothing to add to the constant. */
  const rate = tree.feature.length === 0 ? 0 : params.learning_rate
  const values = loss.quantile === undefined || rate === 0 ? tree.leafValue : leaves.map((leaf) => renewed(run, order, leaf))
  return { ...tree, value: tree.value.map((value) => value * rate), leafValue: values.map((value) => value * rate) }
}

/** The quantile of what the scores so far leave of the targets in a leaf: a pinball loss has no useful second derivative. */
function renewed({ field, loss }: Run, order: Uint32Array, { begin, count }: Leaf): number {
  const { heap, layout, problem } = field
  const rows = order.subarray(begin, begin + count)
  const left = Float64Array.from(rows, (row) => at(problem.target, row) - at(heap, layout.scores / 8 + row))
  const { weights } = problem
  return percentile(left, loss.quantile ?? 0.5, weights && Float64Array.from(rows, (row) => at(weights, row)))
}

/** Adds each leaf's value to the scores of its rows, and of those that ride along. */
function addLeaves(
  { heap, layout, args, team }: Field,
  leaves: readonly Leaf[],
  { values, output }: { readonly values: readonly number[]; readonly output: number },
): void {
  args[0] = layout.scores + output * layout.scoreStep
  for (const part of [leaves, leaves.map(({ riders }) => riders)]) {
    for (const [i, { begin, count }] of part.entries()) heap.set([begin, count, values[i] ?? 0], layout.leafTable / 8 + 3 * i)
    team.run(tasks.add, part.length)
  }
}
