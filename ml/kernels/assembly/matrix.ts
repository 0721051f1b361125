// Matrix primitives on float64 and float32 arrays. Pointers are byte offsets into the shared memory.

/** y += a * x, n numbers; both start on 16 bytes. */
export function axpy(n: i32, a: f64, x: usize, y: usize): void {
  const factor = f64x2.splat(a)
  let i = 0
  for (; i + 2 <= n; i += 2) {
    const at = (<usize>i) << 3
    v128.store(y + at, f64x2.add(v128.load(y + at), f64x2.mul(factor, v128.load(x + at))))
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 3
    store<f64>(y + at, load<f64>(y + at) + a * load<f64>(x + at))
  }
}
