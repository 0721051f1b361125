/** Writes an ensemble as LightGBM's text (version v4), which its Python, R and C programs load. Categories are written as their codes. */
import type { InputColumn } from '../models/problem.ts'
import type { Ensemble, Link } from '../models/trees/ensemble.ts'
import { type Trees, treeCount, treeKind } from '../models/trees/trees.ts'

/** Bits of LightGBM's decision_type: 1 category, 2 missing goes left, then what counts as missing (0 nothing, 4 zero, 8 NaN). */
const decision = { category: 1, left: 2, zero: 4, nan: 8 } as const

/** Throws a RangeError for a link that LightGBM does not have. */
export function writeLightgbm({ start, trees, average, link, sigmoid }: Ensemble, columns: readonly InputColumn[]): string {
  const outputs = start.length
  const blocks = Array.from({ length: treeCount(trees) }, (_, tree) => {
    /** LightGBM has no start of its own: the first tree of each output carries it, in a forest every tree does. */
    const carried = average || tree < outputs ? (start[tree % outputs] ?? 0) : 0
    return `Tree=${tree}\n${treeBlock(trees, tree, carried)}\n`
  })
  const used = uses(trees, columns.length)
  const head = [
    'tree',
    'version=v4',
    `num_class=${outputs}`,
    `num_tree_per_iteration=${outputs}`,
    'label_index=0',
    `max_feature_idx=${columns.length - 1}`,
    `objective=${objectiveOf(link, { outputs, sigmoid })}`,
    ...(average ? ['average_output'] : []),
    `feature_names=${featureNames(columns).join(' ')}`,
    `feature_infos=${columns.map((column, index) => infoOf(column, trees, index)).join(' ')}`,
    `tree_sizes=${blocks.map((block) => new TextEncoder().encode(block).length).join(' ')}`,
  ]
  const importance = used
    .map((count, index) => ({ count, name: featureNames(columns)[index] ?? '' }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
    .map(({ count, name }) => `${name}=${count}`)
  const tail = [
    'end of trees',
    '',
    'feature_importances:',
    ...importance,
    '',
    'parameters:',
    'end of parameters',
    '',
    'pandas_categorical:null',
    '',
  ]
  return `${head.join('\n')}\n\n${blocks.join('')}${tail.join('\n')}`
}

function objectiveOf(link: Link, { outputs, sigmoid }: { readonly outputs: number; readonly sigmoid: number }): string {
  const objectives: Partial<Record<Link, string>> = {
    identity: 'regression',
    sigmoid: `binary sigmoid:${sigmoid}`,
    softmax: `multiclass num_class:${outputs}`,
    ova: `multiclassova num_class:${outputs} sigmoid:${sigmoid}`,
    exp: 'poisson',
    expit: 'cross_entropy',
    signed_square: 'regression sqrt',
  }
  const objective = objectives[link]
  if (objective === undefined) throw new RangeError(`LightGBM has no objective for the link '${link}'.`)
  return objective
}

/** LightGBM separates names by spaces and refuses some signs; what remains equal gets a number. */
function featureNames(columns: readonly InputColumn[]): readonly string[] {
  const seen = new Set<string>()
  return columns.map(({ name }, index) => {
    const plain = name.replaceAll(/[\s"',:[\]{}]/gu, '_') || `Column_${index}`
    const free = seen.has(plain) ? `${plain}_${index}` : plain
    seen.add(free)
    return free
  })
}

function infoOf(column: InputColumn, trees: Trees, index: number): string {
  if (column.type === 'category') return column.levels.length === 0 ? 'none' : column.levels.map((_, code) => code).join(':')
  const thresholds = Array.from(trees.feature.keys())
    .filter((node) => trees.feature[node] === index)
    .map((node) => trees.threshold[node] ?? 0)
  if (thresholds.length === 0) return 'none'
  const [least, most] = thresholds.reduce(
    ([low, high], at) => [Math.min(low, at), Math.max(high, at)],
    [Number.MAX_VALUE, -Number.MAX_VALUE],
  )
  return `[${least}:${most}]`
}

function uses(trees: Trees, columns: number): readonly number[] {
  const counts = new Array<number>(columns).fill(0)
  for (const column of trees.feature) counts[column] = (counts[column] ?? 0) + 1
  return counts
}

function treeBlock(trees: Trees, tree: number, carried: number): string {
  const [first = 0, end = 0] = trees.nodes.subarray(tree, tree + 2)
  const [firstLeaf = 0, endLeaf = 0] = trees.leaves.subarray(tree, tree + 2)
  const nodes = Array.from({ length: end - first }, (_, i) => first + i)
  const { thresholds, boundaries, words } = categoriesOf(trees, nodes)
  const child = (at: number): number => (at < 0 ? ~(~at - firstLeaf) : at - first)
  const list = (values: Iterable<number>): string => Array.from(values, (value) => String(value)).join(' ')
  const counts = (covers: Iterable<number>): string => Array.from(covers, (cover) => String(Math.max(1, Math.round(cover)))).join(' ')
  const nodesOf = (values: Float64Array): Float64Array => values.subarray(first, end)
  const lines = [
    `num_leaves=${endLeaf - firstLeaf}`,
    `num_cat=${boundaries.length - 1}`,
    `split_feature=${list(trees.feature.subarray(first, end))}`,
    `split_gain=${list(nodesOf(trees.gain))}`,
    `threshold=${list(thresholds)}`,
    `decision_type=${list(nodes.map((node) => decisionOf(trees.kind[node] ?? 0)))}`,
    `left_child=${list(nodes.map((node) => child(trees.left[node] ?? 0)))}`,
    `right_child=${list(nodes.map((node) => child(trees.right[node] ?? 0)))}`,
    `leaf_value=${list(trees.leafValue.subarray(firstLeaf, endLeaf).map((value) => value + carried))}`,
    `leaf_weight=${list(trees.leafCover.subarray(firstLeaf, endLeaf))}`,
    `leaf_count=${counts(trees.leafCover.subarray(firstLeaf, endLeaf))}`,
    `internal_value=${list(nodesOf(trees.value).map((value) => value + carried))}`,
    `internal_weight=${list(nodesOf(trees.cover))}`,
    `internal_count=${counts(nodesOf(trees.cover))}`,
    ...(boundaries.length > 1 ? [`cat_boundaries=${list(boundaries)}`, `cat_threshold=${list(words)}`] : []),
    'is_linear=0',
    'shrinkage=1',
  ]
  return `${lines.join('\n')}\n\n`
}

/** The sets of one tree, numbered from 0, and the thresholds that name them. */
function categoriesOf(trees: Trees, nodes: readonly number[]) {
  const boundaries = [0]
  const words: number[] = []
  const thresholds = nodes.map((node) => {
    const threshold = trees.threshold[node] ?? 0
    if (((trees.kind[node] ?? 0) & treeKind.category) === 0) return threshold
    words.push(...trees.words.subarray(trees.sets[threshold] ?? 0, trees.sets[threshold + 1] ?? 0))
    boundaries.push(words.length)
    return boundaries.length - 2
  })
  return { thresholds, boundaries, words }
}

function decisionOf(kind: number): number {
  if ((kind & treeKind.category) !== 0) return decision.category | decision.nan
  const left = (kind & treeKind.missingLeft) !== 0 ? decision.left : 0
  if ((kind & treeKind.nanIsZero) !== 0) return left
  return left | ((kind & treeKind.zeroIsMissing) !== 0 ? decision.zero : decision.nan)
}
