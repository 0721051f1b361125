/** Sums and averages of trees as one ONNX operator, TreeEnsembleRegressor. A set of categories becomes a chain of equalities that share their true branch. */
import { Fault } from '../../../platform/fault.ts'
import { inSet, type Trees, treeCount, treeKind } from '../../models/trees/trees.ts'
import type { Graph } from './graph.ts'

export interface TreeSum {
  readonly trees: Trees
  /** Added to each output. */
  readonly start: readonly number[]
  /** Whether the outputs are means over their trees. */
  readonly average: boolean
}

/** A float matrix `rows x outputs`. A leaf of several numbers gives one to each output; else tree t adds to output t % outputs. */
export function treeScores(graph: Graph, matrix: string, { trees, start, average }: TreeSum): string {
  const lists = emptyLists()
  const outputs = start.length
  for (let tree = 0; tree < treeCount(trees); tree++) addTree(lists, trees, { tree, outputs })
  /** Of one-number leaves each output has its share of the trees, which the operator's own average does not know. */
  const rounds = average ? treeCount(trees) / (trees.width === 1 ? outputs : 1) : 1
  const attributes = {
    n_targets: { int: outputs },
    base_values: { floats: start.map((value) => value * rounds) },
    aggregate_function: { string: 'SUM' },
    nodes_treeids: { ints: lists.treeids },
    nodes_nodeids: { ints: lists.nodeids },
    nodes_featureids: { ints: lists.featureids },
    nodes_values: { floats: lists.values },
    nodes_modes: { strings: lists.modes },
    nodes_truenodeids: { ints: lists.trueids },
    nodes_falsenodeids: { ints: lists.falseids },
    nodes_missing_value_tracks_true: { ints: lists.missing },
    target_treeids: { ints: lists.targetTrees },
    target_nodeids: { ints: lists.targetNodes },
    target_ids: { ints: lists.targetIds },
    target_weights: { floats: lists.weights },
  }
  const sums = graph.node('TreeEnsembleRegressor', [matrix], { ml: true, attributes })
  return rounds === 1 ? sums : graph.node('Div', [sums, graph.constant('float', [1], [rounds])])
}

const emptyLists = () => ({
  treeids: [] as number[],
  nodeids: [] as number[],
  featureids: [] as number[],
  values: [] as number[],
  modes: [] as string[],
  trueids: [] as number[],
  falseids: [] as number[],
  missing: [] as number[],
  targetTrees: [] as number[],
  targetNodes: [] as number[],
  targetIds: [] as number[],
  weights: [] as number[],
})
type Lists = ReturnType<typeof emptyLists>

interface Branch {
  readonly id: number
  readonly feature: number
  readonly value: number
  readonly mode: 'BRANCH_LEQ' | 'BRANCH_EQ' | 'LEAF'
  readonly yes: number
  readonly no: number
  readonly missing: number
}

interface Placed {
  readonly tree: number
  readonly outputs: number
}

function addTree(lists: Lists, trees: Trees, placed: Placed): void {
  const { tree } = placed
  const [first = 0, end = 0] = trees.nodes.subarray(tree, tree + 2)
  const [firstLeaf = 0, endLeaf = 0] = trees.leaves.subarray(tree, tree + 2)
  const members = Array.from({ length: end - first }, (_, i) => membersOf(trees, first + i))
  /** A node takes one id, or one per category of its set; leaves come after all nodes. */
  const ids = [0]
  for (const codes of members) ids.push((ids.at(-1) ?? 0) + (codes?.length ?? 1))
  const leafId = (leaf: number): number => (ids.at(-1) ?? 0) + leaf - firstLeaf
  const idOf = (child: number): number => (child < 0 ? leafId(~child) : (ids[child - first] ?? 0))
  for (const [i, codes] of members.entries()) {
    const node = first + i
    const split = { id: ids[i] ?? 0, feature: trees.feature[node] ?? 0, yes: idOf(trees.left[node] ?? 0), no: idOf(trees.right[node] ?? 0) }
    for (const branch of codes === null ? [threshold(trees, node, split)] : equalities(codes, split)) addBranch(lists, tree, branch)
  }
  for (let leaf = firstLeaf; leaf < endLeaf; leaf++) addLeaf(lists, trees, { ...placed, leaf, id: leafId(leaf) })
}

function addLeaf(lists: Lists, trees: Trees, { tree, outputs, leaf, id }: Placed & { readonly leaf: number; readonly id: number }): void {
  addBranch(lists, tree, { id, feature: 0, value: 0, mode: 'LEAF', yes: 0, no: 0, missing: 0 })
  for (let k = 0; k < trees.width; k++) {
    lists.targetTrees.push(tree)
    lists.targetNodes.push(id)
    lists.targetIds.push(trees.width === 1 ? tree % outputs : k)
    lists.weights.push(trees.leafValue[leaf * trees.width + k] ?? 0)
  }
}

type Split = Pick<Branch, 'id' | 'feature' | 'yes' | 'no'>

function threshold(trees: Trees, node: number, split: Split): Branch {
  return { ...split, mode: 'BRANCH_LEQ', value: floorFloat32(trees.threshold[node] ?? 0), missing: missingGoes(trees, node) }
}

/** One question per category; each that is answered with no leads to the next. */
function equalities(codes: readonly number[], split: Split): readonly Branch[] {
  return codes.map((value, k) => {
    const no = k + 1 < codes.length ? split.id + k + 1 : split.no
    return { ...split, id: split.id + k, no, mode: 'BRANCH_EQ', value, missing: 0 }
  })
}

function addBranch(lists: Lists, tree: number, { id, feature, value, mode, yes, no, missing }: Branch): void {
  lists.treeids.push(tree)
  lists.nodeids.push(id)
  lists.featureids.push(feature)
  lists.values.push(value)
  lists.modes.push(mode)
  lists.trueids.push(yes)
  lists.falseids.push(no)
  lists.missing.push(missing)
}

/** Codes of the set that a category's node sends left; null for numbers. An empty set asks for a code that none has. */
function membersOf(trees: Trees, node: number): readonly number[] | null {
  if (((trees.kind[node] ?? 0) & treeKind.category) === 0) return null
  const set = trees.threshold[node] ?? 0
  const most = 32 * ((trees.sets[set + 1] ?? 0) - (trees.sets[set] ?? 0))
  const codes = Array.from({ length: most }, (_, code) => code).filter((code) => inSet(trees, set, code))
  return codes.length === 0 ? [-2] : codes
}

/** 1 where NaN takes the true branch. */
function missingGoes(trees: Trees, node: number): number {
  const kind = trees.kind[node] ?? 0
  if ((kind & treeKind.zeroIsMissing) !== 0)
    throw new Fault(
      'invalid_input',
      'These trees count zeros as missing (zero_as_missing), which ONNX cannot say. Export them as lightgbm.',
    )
  if ((kind & treeKind.nanIsZero) !== 0) return (trees.threshold[node] ?? 0) >= 0 ? 1 : 0
  return kind & treeKind.missingLeft
}

const float32 = new Float32Array(1)
const bits = new Int32Array(float32.buffer)

/** The largest float32 that is not above x: a float32 is below one exactly when it is below the other. */
export function floorFloat32(x: number): number {
  float32[0] = x
  if ((float32[0] ?? 0) <= x) return float32[0] ?? 0
  if (float32[0] === 0) return -1.401298464324817e-45
  bits[0] = (bits[0] ?? 0) + ((float32[0] ?? 0) > 0 ? -1 : 1)
  return float32[0] ?? 0
}
