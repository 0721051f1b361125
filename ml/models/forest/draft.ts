/** A tree as it grows, in typed arrays that double when full; finished, it is packed `Trees` of one tree. */
import type { Trees } from '../trees/trees.ts'

export interface Draft {
  readonly width: number
  nodes: number
  leaves: number
  feature: Int32Array<ArrayBuffer>
  kind: Uint8Array<ArrayBuffer>
  threshold: Float64Array<ArrayBuffer>
  left: Int32Array<ArrayBuffer>
  right: Int32Array<ArrayBuffer>
  gain: Float64Array<ArrayBuffer>
  cover: Float64Array<ArrayBuffer>
  value: Float64Array<ArrayBuffer>
  leafCover: Float64Array<ArrayBuffer>
  leafValue: Float64Array<ArrayBuffer>
  /** First word of each set of categories, then the number of words. */
  readonly sets: number[]
  readonly words: number[]
}

export function newDraft(width: number): Draft {
  const size = 1024
  return {
    width,
    nodes: 0,
    leaves: 0,
    feature: new Int32Array(size),
    kind: new Uint8Array(size),
    threshold: new Float64Array(size),
    left: new Int32Array(size),
    right: new Int32Array(size),
    gain: new Float64Array(size),
    cover: new Float64Array(size),
    value: new Float64Array(size * width),
    leafCover: new Float64Array(size + 1),
    leafValue: new Float64Array((size + 1) * width),
    sets: [],
    words: [],
  }
}

/** Forgets the last tree and keeps the memory. */
export function clear(draft: Draft): void {
  draft.nodes = 0
  draft.leaves = 0
  draft.sets.length = 0
  draft.sets.push(0)
  draft.words.length = 0
}

/** Makes room for one node and one leaf more. */
export function makeRoom(draft: Draft): void {
  if (draft.nodes + 1 < draft.feature.length) return
  const size = 2 * draft.feature.length
  const grown = <A extends Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(to: A, from: A): A => {
    to.set(from)
    return to
  }
  draft.feature = grown(new Int32Array(size), draft.feature)
  draft.kind = grown(new Uint8Array(size), draft.kind)
  draft.threshold = grown(new Float64Array(size), draft.threshold)
  draft.left = grown(new Int32Array(size), draft.left)
  draft.right = grown(new Int32Array(size), draft.right)
  draft.gain = grown(new Float64Array(size), draft.gain)
  draft.cover = grown(new Float64Array(size), draft.cover)
  draft.value = grown(new Float64Array(size * draft.width), draft.value)
  draft.leafCover = grown(new Float64Array(size + 1), draft.leafCover)
  draft.leafValue = grown(new Float64Array((size + 1) * draft.width), draft.leafValue)
}

/** Hangs a child into its parent. A child's link is twice its parent, and 1 more for the right side; -1 for the root. */
export function hang({ left, right }: Draft, link: number, child: number): void {
  if (link < 0) return
  if ((link & 1) === 0) left[link >> 1] = child
  else right[link >> 1] = child
}

/** Adds a set of category codes and gives its position. */
export function addSet(draft: Draft, codes: readonly number[]): number {
  const first = draft.words.length
  for (const code of codes) {
    const word = first + (code >>> 5)
    while (draft.words.length <= word) draft.words.push(0)
    draft.words[word] = ((draft.words[word] ?? 0) | (1 << (code & 31))) >>> 0
  }
  return draft.sets.push(draft.words.length) - 2
}

/** The finished tree; the draft may be used again. */
export function finish(draft: Draft): Trees {
  const { nodes, leaves, width } = draft
  return {
    width,
    nodes: Int32Array.of(0, nodes),
    leaves: Int32Array.of(0, leaves),
    feature: draft.feature.slice(0, nodes),
    kind: draft.kind.slice(0, nodes),
    threshold: draft.threshold.slice(0, nodes),
    left: draft.left.slice(0, nodes),
    right: draft.right.slice(0, nodes),
    gain: draft.gain.slice(0, nodes),
    cover: draft.cover.slice(0, nodes),
    value: draft.value.slice(0, nodes * width),
    leafCover: draft.leafCover.slice(0, leaves),
    leafValue: draft.leafValue.slice(0, leaves * width),
    sets: Int32Array.from(draft.sets),
    words: Uint32Array.from(draft.words),
  }
}
