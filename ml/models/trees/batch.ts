/**
 * Sums of trees for many rows in the kernel assembly/walk.ts, where the trees ask for plain numbers; else, or where
 * WebAssembly SIMD is missing, in JavaScript (walk.ts). Both add up in the same order: the bits are equal.
 */
import { kernelModule, sharedMemory } from '../../kernels/load.ts'
import type { BatchScorer } from '../algorithm.ts'
import { type Trees, treeCount, treeKind } from './trees.ts'
import { type SumOptions, sumOfLeaves } from './walk.ts'

/** Rows that go through all trees together; a multiple of four. */
const block = 512
const nodeBytes = 24
/** For fewer rows it is not worth laying the trees out. */
const fewest = 64
/** Trees beyond this stay where they are. */
const mostBytes = 256 * 2 ** 20

export function batchSum(trees: Trees, options: SumOptions): BatchScorer {
  const plain = sumOfLeaves(trees, options)
  const bytes = nodeBytes * trees.feature.length + 8 * trees.leafValue.length
  if (bytes > mostBytes || trees.kind.some((kind) => kind > treeKind.missingLeft) || kernelModule('walk') === undefined) return plain
  let image: Image | undefined
  return (values, rows, scores) => {
    if (rows < fewest) return plain(values, rows, scores)
    image ??= imageOf(trees)
    sumInKernel(image, options, { values, rows, scores })
  }
}

/** Trees as the kernel reads them: nodes, then values of leaves; and where each tree begins. */
interface Image {
  readonly bytes: Uint8Array
  readonly leaves: number
  readonly roots: readonly number[]
}

function imageOf(trees: Trees): Image {
  const { feature, kind, threshold, left, right, leafValue } = trees
  const leaves = nodeBytes * feature.length
  const view = new DataView(new ArrayBuffer(leaves + 8 * leafValue.length))
  for (let node = 0; node < feature.length; node++) {
    const at = nodeBytes * node
    view.setFloat64(at, threshold[node] ?? 0, true)
    view.setInt32(at + 8, 16 * (feature[node] ?? 0) + (kind[node] ?? 0), true)
    view.setInt32(at + 12, left[node] ?? 0, true)
    view.setInt32(at + 16, right[node] ?? 0, true)
  }
  for (let leaf = 0; leaf < leafValue.length; leaf++) view.setFloat64(leaves + 8 * leaf, leafValue[leaf] ?? 0, true)
  const roots = Array.from({ length: treeCount(trees) }, (_, tree) =>
    trees.nodes[tree] === trees.nodes[tree + 1] ? ~(trees.leaves[tree] ?? 0) : (trees.nodes[tree] ?? 0),
  )
  return { bytes: new Uint8Array(view.buffer), leaves, roots }
}

type AddTree = (
  ...of: [nodes: number, root: number, values: number, n: number, rows: number, width: number, sums: number, step: number]
) => void

const isWalk = (exports: WebAssembly.Exports): exports is WebAssembly.Exports & { addTree: AddTree } =>
  typeof exports.addTree === 'function'

interface Ground {
  readonly bytes: Uint8Array
  readonly addTree: AddTree
}

/** One memory a thread for all models: a scorer needs it only while it runs. */
let ground: Ground | undefined

function groundOf(bytes: number): Ground {
  if (ground !== undefined && ground.bytes.length >= bytes) return ground
  const module = kernelModule('walk')
  if (module === undefined) throw new TypeError('The kernel walk does not run here.')
  const memory = sharedMemory(bytes)
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  if (!isWalk(exports)) throw new TypeError("The kernel 'walk' lacks functions: run npm run kernels.")
  ground = { bytes: new Uint8Array(memory.buffer), addTree: exports.addTree }
  return ground
}

interface Batch {
  readonly values: readonly Float64Array[]
  readonly rows: number
  readonly scores: Float64Array
}

function sumInKernel(image: Image, { start, outputOf, finish }: SumOptions, { values, rows, scores }: Batch): void {
  const width = values.length
  const places = { rows: image.bytes.length, sums: image.bytes.length + 8 * block * width }
  const { bytes, addTree } = groundOf(places.sums + 8 * block * start.length)
  bytes.set(image.bytes)
  const heap = new Float64Array(bytes.buffer, places.rows)
  const sums = heap.subarray(block * width, block * (width + start.length))
  const outputs = scores.length / rows
  for (let from = 0; from < rows; from += block) {
    const size = Math.min(block, rows - from)
    for (const [column, all] of values.entries()) for (let i = 0; i < size; i++) heap[i * width + column] = all[from + i] ?? Number.NaN
    for (let i = 0; i < size; i++) sums.set(start, i * start.length)
    const fours = 4 * Math.ceil(size / 4)
    for (const [tree, root] of image.roots.entries())
      addTree(0, root, image.leaves, fours, places.rows, 8 * width, places.sums + 8 * outputOf(tree), 8 * start.length)
    for (let i = 0; i < size; i++)
      finish(sums.subarray(i * start.length, (i + 1) * start.length), scores.subarray((from + i) * outputs, (from + i + 1) * outputs))
  }
}
