// Walks trees for many rows. Pointers are byte offsets into the shared memory.
//
// A node is 24 bytes: threshold (float64), byte offset of its column in a row * 2 + 1 where what is missing goes left
// (int32), what is at the left and at the right (int32 each, c >= 0 a node, c < 0 leaf ~c), 4 bytes of nothing.

// @ts-ignore: decorator
@inline
function next(nodes: usize, node: i32, row: usize): i32 {
  const at = nodes + <usize>(max(node, 0) * 24)
  const column = load<i32>(at, 8)
  const x = load<f64>(row + <usize>(column >>> 1))
  const left = <i32>(x <= load<f64>(at)) | (<i32>(x != x) & column & 1)
  const child = load<i32>(at + (<usize>(1 - left) << 2), 12)
  return node >= 0 ? child : node
}

/**
 * Adds what a tree answers to `sums` of n rows (float64, `step` bytes apart; a multiple of four, with rows of `width`
 * bytes). Four rows go down together, without a branch on the way, so that one's loads hide behind the others' (4x over
 * one by one, 31 leaves).
 */
export function addTree(nodes: usize, root: i32, values: usize, n: i32, rows: usize, width: i32, sums: usize, step: i32): void {
  for (let i = 0; i < n; i += 4) {
    const row0 = rows + <usize>(i * width)
    const row1 = row0 + <usize>width
    const row2 = row1 + <usize>width
    const row3 = row2 + <usize>width
    let a = root
    let b = root
    let c = root
    let d = root
    /** A leaf is below 0: the sign of all four together is set when the last has arrived. */
    while ((a & b & c & d) >= 0) {
      a = next(nodes, a, row0)
      b = next(nodes, b, row1)
      c = next(nodes, c, row2)
      d = next(nodes, d, row3)
    }
    const sum = sums + <usize>(i * step)
    add(sum, values, a)
    add(sum + <usize>step, values, b)
    add(sum + <usize>(2 * step), values, c)
    add(sum + <usize>(3 * step), values, d)
  }
}

// @ts-ignore: decorator
@inline
function add(sum: usize, values: usize, leaf: i32): void {
  store<f64>(sum, load<f64>(sum) + load<f64>(values + (<usize>(~leaf) << 3)))
}
