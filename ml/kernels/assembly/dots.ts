// Dot products of columns with columns, for the normal equations of least squares. Pointers are byte offsets into the memory.

// dots[i][j] += the sum over rows of left column i times right column j, for all j from the group of four that i is in.
// `columns` is a multiple of four, `rows` of two; a column's rows lie together, one column after the other. Two columns by
// four: eight pairs of sums, of even and of odd rows, stay in registers.
export function addDots(columns: i32, rows: i32, left: usize, right: usize, dots: usize): void {
  const stride = (<usize>rows) << 3
  for (let i = 0; i < columns; i += 2) {
    const a = left + <usize>i * stride
    for (let j = i & ~3; j < columns; j += 4) {
      addEight(rows, a, right + <usize>j * stride, dots + ((<usize>(i * columns + j)) << 3), (<usize>columns) << 3)
    }
  }
}

// @ts-ignore: decorator
@inline
function addEight(rows: i32, left: usize, right: usize, to: usize, width: usize): void {
  const stride = (<usize>rows) << 3
  let ac = f64x2.splat(0)
  let ad = f64x2.splat(0)
  let ae = f64x2.splat(0)
  let af = f64x2.splat(0)
  let bc = f64x2.splat(0)
  let bd = f64x2.splat(0)
  let be = f64x2.splat(0)
  let bf = f64x2.splat(0)
  for (let at: usize = 0; at < stride; at += 16) {
    const a = v128.load(left + at)
    const b = v128.load(left + stride + at)
    const c = v128.load(right + at)
    ac = f64x2.add(ac, f64x2.mul(a, c))
    bc = f64x2.add(bc, f64x2.mul(b, c))
    const d = v128.load(right + stride + at)
    ad = f64x2.add(ad, f64x2.mul(a, d))
    bd = f64x2.add(bd, f64x2.mul(b, d))
    const e = v128.load(right + 2 * stride + at)
    ae = f64x2.add(ae, f64x2.mul(a, e))
    be = f64x2.add(be, f64x2.mul(b, e))
    const f = v128.load(right + 3 * stride + at)
    af = f64x2.add(af, f64x2.mul(a, f))
    bf = f64x2.add(bf, f64x2.mul(b, f))
  }
  addSum(to, ac)
  addSum(to + 8, ad)
  addSum(to + 16, ae)
  addSum(to + 24, af)
  addSum(to + width, bc)
  addSum(to + width + 8, bd)
  addSum(to + width + 16, be)
  addSum(to + width + 24, bf)
}

// @ts-ignore: decorator
@inline
function addSum(to: usize, pair: v128): void {
  store<f64>(to, load<f64>(to) + (f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)))
}
