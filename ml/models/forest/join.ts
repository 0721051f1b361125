/** Lays packed trees end to end. */
import { type Trees, treeKind } from '../trees/trees.ts'

/** The trees of all parts, in their order; all must answer the same number of numbers. */
export function joinTrees(parts: readonly Trees[], width: number): Trees {
  const node = starts(parts, ({ feature }) => feature.length)
  const leaf = starts(parts, ({ leafCover }) => leafCover.length)
  const set = starts(parts, ({ sets }) => Math.max(0, sets.length - 1))
  const word = starts(parts, ({ words }) => words.length)
  return {
    width,
    nodes: heads(parts, 'nodes', node),
    leaves: heads(parts, 'leaves', leaf),
    feature: lay(Int32Array, parts, ({ feature }) => feature),
    kind: lay(Uint8Array, parts, ({ kind }) => kind),
    threshold: thresholds(parts, node, set),
    left: children(parts, 'left', { node, leaf }),
    right: children(parts, 'right', { node, leaf }),
    gain: lay(Float64Array, parts, ({ gain }) => gain),
    cover: lay(Float64Array, parts, ({ cover }) => cover),
    value: lay(Float64Array, parts, ({ value }) => value),
    leafCover: lay(Float64Array, parts, ({ leafCover }) => leafCover),
    leafValue: lay(Float64Array, parts, ({ leafValue }) => leafValue),
    sets: heads(parts, 'sets', word),
    words: lay(Uint32Array, parts, ({ words }) => words),
  }
}

/** Where each part begins, and the end of the last. */
function starts(parts: readonly Trees[], length: (part: Trees) => number): Int32Array {
  const all = new Int32Array(parts.length + 1)
  for (const [index, part] of parts.entries()) all[index + 1] = (all[index] ?? 0) + length(part)
  return all
}

/** The lists of starts, moved by where their part begins. */
function heads(parts: readonly Trees[], list: 'nodes' | 'leaves' | 'sets', from: Int32Array): Int32Array {
  return Int32Array.from([0, ...parts.flatMap((part, index) => Array.from(part[list].subarray(1), (start) => start + (from[index] ?? 0)))])
}

function lay<A extends Int32Array | Uint32Array | Uint8Array | Float64Array>(
  kind: { new (length: number): A },
  parts: readonly Trees[],
  list: (part: Trees) => A,
): A {
  const lists = parts.map(list)
  const all = new kind(lists.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const each of lists) {
    all.set(each, at)
    at += each.length
  }
  return all
}

function thresholds(parts: readonly Trees[], node: Int32Array, set: Int32Array): Float64Array {
  const all = lay(Float64Array, parts, ({ threshold }) => threshold)
  for (const [index, { kind }] of parts.entries()) {
    const [first, sets] = [node[index] ?? 0, set[index] ?? 0]
    if (sets === 0) continue
    for (let i = 0; i < kind.length; i++) if (((kind[i] ?? 0) & treeKind.category) !== 0) all[first + i] = (all[first + i] ?? 0) + sets
  }
  return all
}

function children(
  parts: readonly Trees[],
  side: 'left' | 'right',
  { node, leaf }: { readonly node: Int32Array; readonly leaf: Int32Array },
): Int32Array {
  const all = lay(Int32Array, parts, (part) => part[side])
  for (const [index, part] of parts.entries()) {
    const [first, firstLeaf] = [node[index] ?? 0, leaf[index] ?? 0]
    for (let i = first; i < first + part[side].length; i++) {
      const child = all[i] ?? 0
      all[i] = child < 0 ? ~(firstLeaf + ~child) : first + child
    }
  }
  return all
}
