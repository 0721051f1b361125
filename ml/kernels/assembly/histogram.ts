// Histograms of gradients, for growing trees. Pointers are byte offsets into the shared memory.
//
// Bins lie in groups of eight columns, eight bytes a row: a row of a small leaf costs one cache line for eight columns.
// A histogram holds a pair (gradient, hessian) of float64 for each bin, so one addition of 128 bits counts a row in one
// column. The columns of a wide group have 256 bins each, those of a narrow one 64. Gradients come as pairs of float32.

/** Rows that are read together before they are counted: a short loop keeps many reads under way (3x at 1 row in 20). */
const block: i32 = 1024
const narrow: i32 = 1
const four: i32 = 2

// @ts-ignore: decorator
@inline
function countWide(at: usize, bins: u64, pair: v128): void {
  let slot = at + ((<usize>bins & 0xff) << 4)
  v128.store(slot, f64x2.add(v128.load(slot), pair))
  slot = at + (<usize>(bins >> 4) & 0xff0)
  v128.store(slot, f64x2.add(v128.load(slot, 4096), pair), 4096)
  slot = at + (<usize>(bins >> 12) & 0xff0)
  v128.store(slot, f64x2.add(v128.load(slot, 8192), pair), 8192)
  slot = at + (<usize>(bins >> 20) & 0xff0)
  v128.store(slot, f64x2.add(v128.load(slot, 12288), pair), 12288)
}

// @ts-ignore: decorator
@inline
function countNarrow(at: usize, bins: u64, pair: v128): void {
  let slot = at + ((<usize>bins & 0xff) << 4)
  v128.store(slot, f64x2.add(v128.load(slot), pair))
  slot = at + (<usize>(bins >> 4) & 0xff0)
  v128.store(slot, f64x2.add(v128.load(slot, 1024), pair), 1024)
  slot = at + (<usize>(bins >> 12) & 0xff0)
  v128.store(slot, f64x2.add(v128.load(slot, 2048), pair), 2048)
  slot = at + (<usize>(bins >> 20) & 0xff0)
  v128.store(slot, f64x2.add(v128.load(slot, 3072), pair), 3072)
}

// @ts-ignore: decorator
@inline
function sum(isNarrow: bool, isFour: bool, n: i32, bins: usize, pairs: usize, histogram: usize): void {
  const end = pairs + ((<usize>n) << 3)
  for (; pairs < end; pairs += 8, bins += 8) {
    const eight = load<u64>(bins)
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(pairs))
    if (isNarrow) {
      countNarrow(histogram, eight, pair)
      if (!isFour) countNarrow(histogram + 4096, eight >> 32, pair)
    } else {
      countWide(histogram, eight, pair)
      if (!isFour) countWide(histogram + 16384, eight >> 32, pair)
    }
  }
}

/** Adds n rows that follow each other to the histograms of a group. `shape`: bit 0 narrow, bit 1 only its first four columns. */
export function sumAll(n: i32, bins: usize, pairs: usize, histogram: usize, shape: i32): void {
  if ((shape & narrow) != 0) {
    if ((shape & four) != 0) sum(true, true, n, bins, pairs, histogram)
    else sum(true, false, n, bins, pairs, histogram)
  } else if ((shape & four) != 0) sum(false, true, n, bins, pairs, histogram)
  else sum(false, false, n, bins, pairs, histogram)
}

/** As sumAll for the n rows that are listed; `pairs` are in the order of the list. `buffer` has room for 8 KiB. */
export function sumSome(rows: usize, n: i32, bins: usize, pairs: usize, histogram: usize, shape: i32, buffer: usize): void {
  while (n > 0) {
    const size = min(n, block)
    gather(rows, size, bins, buffer)
    sumAll(size, buffer, pairs, histogram, shape)
    rows += (<usize>size) << 2
    pairs += (<usize>size) << 3
    n -= size
  }
}

/** Copies the eight bytes of each listed row. */
export function gather(rows: usize, n: i32, from: usize, to: usize): void {
  const end = rows + ((<usize>n) << 2)
  for (; rows < end; rows += 4, to += 8) store<u64>(to, load<u64>(from + ((<usize>load<u32>(rows)) << 3)))
}

/** Fills with 0. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes)
}

/** As if through a third place: the two may overlap. */
export function copy(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes)
}

/** from -= part, `bytes` of float64 (a multiple of 16). */
export function subtract(from: usize, part: usize, bytes: usize): void {
  const end = from + bytes
  for (; from < end; from += 16, part += 16) v128.store(from, f64x2.sub(v128.load(from), v128.load(part)))
}

/** Writes the sum of n pairs of float32, in their order, as two float64. */
export function sumPairs(n: i32, pairs: usize, to: usize): void {
  const end = pairs + ((<usize>n) << 3)
  let total = f64x2.splat(0)
  for (; pairs < end; pairs += 8) total = f64x2.add(total, f64x2.promote_low_f32x4(v128.load64_zero(pairs)))
  v128.store(to, total)
}

/**
 * Parts n listed rows by the bin of one column (`bins` points at its byte of row 0): `side[bin]` is 4 for left, 0 for
 * right. Keeps their order. Both writes always happen, so that nothing is guessed (4x over a branch). `lefts` may be `rows`.
 * Returns how many went left.
 */
export function partition(rows: usize, n: i32, bins: usize, side: usize, lefts: usize, rights: usize): i32 {
  const end = rows + ((<usize>n) << 2)
  const start = lefts
  for (; rows < end; rows += 4) {
    const row = load<u32>(rows)
    const left = <usize>load<u8>(side + <usize>load<u8>(bins + ((<usize>row) << 3)))
    store<u32>(lefts, row)
    store<u32>(rights, row)
    lefts += left
    rights += 4 - left
  }
  return <i32>((lefts - start) >> 2)
}

// @ts-ignore: decorator
@inline
function gainOf(left: v128, right: v128, shrink: v128): f64 {
  const g = v128.shuffle<f64>(left, right, 0, 2)
  const h = f64x2.add(v128.shuffle<f64>(left, right, 1, 3), shrink)
  const each = f64x2.div(f64x2.mul(g, g), h)
  return f64x2.extract_lane(each, 0) + f64x2.extract_lane(each, 1)
}

// @ts-ignore: decorator
@inline
function keepCut(to: usize, gain: f64, choice: i32, left: v128): void {
  store<f64>(to, gain)
  store<f64>(to + 8, <f64>choice)
  v128.store(to + 16, left)
}

/**
 * The cut of one column's histogram that gains most: G²/(H + l2) of both sides. Each side needs a hessian of `least`, above
 * 0. Cuts are tried from the highest down, what is missing on the left; of equal ones the first stays (as in LightGBM).
 * With `missing` 1 they are then tried from the lowest up, with the bin after the last, which is missing, on the right.
 * Writes four float64: gain (0: no cut is allowed), 2 * the last bin on the left + 1 where what is missing goes left,
 * gradient and hessian of the left side.
 */
export function bestThreshold(histogram: usize, bins: i32, missing: i32, totals: usize, l2: f64, least: f64, to: usize): void {
  const total = v128.load(totals)
  const shrink = f64x2.splat(l2)
  let best: f64 = 0
  store<f64>(to, 0)
  let right = f64x2.splat(0)
  for (let bin = bins - 1; bin > 0; bin--) {
    right = f64x2.add(right, v128.load(histogram + ((<usize>bin) << 4)))
    if (f64x2.extract_lane(right, 1) < least) continue
    const left = f64x2.sub(total, right)
    if (f64x2.extract_lane(left, 1) < least) break
    const gain = gainOf(left, right, shrink)
    if (gain <= best) continue
    best = gain
    keepCut(to, gain, 2 * (bin - 1) + 1, left)
  }
  if (missing == 0) return
  let left = f64x2.splat(0)
  for (let bin = 0; bin < bins; bin++) {
    left = f64x2.add(left, v128.load(histogram + ((<usize>bin) << 4)))
    if (f64x2.extract_lane(left, 1) < least) continue
    const rest = f64x2.sub(total, left)
    if (f64x2.extract_lane(rest, 1) < least) break
    const gain = gainOf(left, rest, shrink)
    if (gain <= best) continue
    best = gain
    keepCut(to, gain, 2 * bin, left)
  }
}
