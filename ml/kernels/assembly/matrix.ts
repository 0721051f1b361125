// Matrices of float32, row by row, for neural networks. Pointers are byte offsets into the shared memory. Lanes run
// across columns, so every number is summed in the order of the plain loop, whatever the blocking: matrix-twin.ts gives
// the same bits.

// A block of c (4 rows x 8 columns, or the narrower ones below) stays in registers while
//   c[i][j] += sum over d, p of a[i][d][p] * b[d][p][j]
// runs over `depth` panels d of `k` steps p. aRow, aStep, aDepth: bytes from one row, step, panel of a to the next.

// @ts-ignore: decorator
@inline
function tile4x8(k: i32, depth: i32, a: usize, aRow: usize, aStep: usize, aDepth: usize, b: usize, bStep: usize, bDepth: usize, c: usize, cRow: usize): void {
  const c1 = c + cRow
  const c2 = c1 + cRow
  const c3 = c2 + cRow
  let s00 = v128.load(c)
  let s01 = v128.load(c, 16)
  let s10 = v128.load(c1)
  let s11 = v128.load(c1, 16)
  let s20 = v128.load(c2)
  let s21 = v128.load(c2, 16)
  let s30 = v128.load(c3)
  let s31 = v128.load(c3, 16)
  for (let d = 0; d < depth; d++) {
    let pa = a
    let pb = b
    for (let p = 0; p < k; p++) {
      const b0 = v128.load(pb)
      const b1 = v128.load(pb, 16)
      const a0 = v128.load32_splat(pa)
      s00 = f32x4.add(s00, f32x4.mul(a0, b0))
      s01 = f32x4.add(s01, f32x4.mul(a0, b1))
      const a1 = v128.load32_splat(pa + aRow)
      s10 = f32x4.add(s10, f32x4.mul(a1, b0))
      s11 = f32x4.add(s11, f32x4.mul(a1, b1))
      const a2 = v128.load32_splat(pa + 2 * aRow)
      s20 = f32x4.add(s20, f32x4.mul(a2, b0))
      s21 = f32x4.add(s21, f32x4.mul(a2, b1))
      const a3 = v128.load32_splat(pa + 3 * aRow)
      s30 = f32x4.add(s30, f32x4.mul(a3, b0))
      s31 = f32x4.add(s31, f32x4.mul(a3, b1))
      pa += aStep
      pb += bStep
    }
    a += aDepth
    b += bDepth
  }
  v128.store(c, s00)
  v128.store(c, s01, 16)
  v128.store(c1, s10)
  v128.store(c1, s11, 16)
  v128.store(c2, s20)
  v128.store(c2, s21, 16)
  v128.store(c3, s30)
  v128.store(c3, s31, 16)
}

function tile1x4(k: i32, depth: i32, a: usize, aStep: usize, aDepth: usize, b: usize, bStep: usize, bDepth: usize, c: usize): void {
  let s = v128.load(c)
  for (let d = 0; d < depth; d++) {
    let pa = a
    let pb = b
    for (let p = 0; p < k; p++) {
      s = f32x4.add(s, f32x4.mul(v128.load32_splat(pa), v128.load(pb)))
      pa += aStep
      pb += bStep
    }
    a += aDepth
    b += bDepth
  }
  v128.store(c, s)
}

function tile1x1(k: i32, depth: i32, a: usize, aStep: usize, aDepth: usize, b: usize, bStep: usize, bDepth: usize, c: usize): void {
  let s = load<f32>(c)
  for (let d = 0; d < depth; d++) {
    let pa = a
    let pb = b
    for (let p = 0; p < k; p++) {
      s += load<f32>(pa) * load<f32>(pb)
      pa += aStep
      pb += bStep
    }
    a += aDepth
    b += bDepth
  }
  store<f32>(c, s)
}

function gemm(m: i32, n: i32, k: i32, depth: i32, a: usize, aRow: usize, aStep: usize, aDepth: usize, b: usize, bStep: usize, bDepth: usize, c: usize, cRow: usize): void {
  let j = 0
  for (; j + 8 <= n; j += 8) {
    const left = (<usize>j) << 2
    let i = 0
    for (; i + 4 <= m; i += 4)
      tile4x8(k, depth, a + <usize>i * aRow, aRow, aStep, aDepth, b + left, bStep, bDepth, c + left + <usize>i * cRow, cRow)
    for (; i < m; i++) {
      const row = a + <usize>i * aRow
      const at = c + left + <usize>i * cRow
      tile1x4(k, depth, row, aStep, aDepth, b + left, bStep, bDepth, at)
      tile1x4(k, depth, row, aStep, aDepth, b + left + 16, bStep, bDepth, at + 16)
    }
  }
  for (; j + 4 <= n; j += 4) {
    const left = (<usize>j) << 2
    for (let i = 0; i < m; i++)
      tile1x4(k, depth, a + <usize>i * aRow, aStep, aDepth, b + left, bStep, bDepth, c + left + <usize>i * cRow)
  }
  for (; j < n; j++) {
    const left = (<usize>j) << 2
    for (let i = 0; i < m; i++)
      tile1x1(k, depth, a + <usize>i * aRow, aStep, aDepth, b + left, bStep, bDepth, c + left + <usize>i * cRow)
  }
}

/** y += x w: x is rows x inputs, w inputs x outputs. */
export function dense(rows: i32, inputs: i32, outputs: i32, x: usize, w: usize, y: usize): void {
  const out = (<usize>outputs) << 2
  gemm(rows, outputs, inputs, 1, x, (<usize>inputs) << 2, 4, 0, w, out, 0, y, out)
}

/** dw += xᵀ dy. */
export function denseGradient(rows: i32, inputs: i32, outputs: i32, x: usize, dy: usize, dw: usize): void {
  const out = (<usize>outputs) << 2
  gemm(inputs, outputs, rows, 1, x, 4, (<usize>inputs) << 2, 0, dy, out, 0, dw, out)
}

/**
 * y += the 3 x 3 convolution of images with a border of one pixel. A window's row of three pixels lies in one piece, so
 * the rows of x below are windows that overlap: no copy of them is made. w is 3 x 3 x channels x filters.
 */
export function convolve(images: i32, height: i32, width: i32, channels: i32, filters: i32, padded: usize, w: usize, y: usize): void {
  const pixel = (<usize>channels) << 2
  const out = (<usize>filters) << 2
  const line = pixel * <usize>(width + 2)
  for (let image = 0; image < images; image++) {
    for (let row = 0; row < height; row++) {
      gemm(width, filters, 3 * channels, 3, padded, pixel, 4, line, w, out, 3 * pixel * <usize>filters, y, out)
      padded += line
      y += out * <usize>width
    }
    padded += 2 * line
  }
}

/** dw += what each weight saw: the windows of one row of them times dy, summed over the pixels of all images. */
export function convolveGradient(images: i32, height: i32, width: i32, channels: i32, filters: i32, padded: usize, dy: usize, dw: usize): void {
  const pixel = (<usize>channels) << 2
  const out = (<usize>filters) << 2
  const line = pixel * <usize>(width + 2)
  for (let image = 0; image < images; image++) {
    for (let tap = 0; tap < 3; tap++) {
      const panel = dw + <usize>(3 * tap * channels) * out
      gemm(3 * channels, filters, width, height, padded + <usize>tap * line, 4, pixel, line, dy, out, out * <usize>width, panel, out)
    }
    padded += line * <usize>(height + 2)
    dy += out * <usize>(width * height)
  }
}

/** Copies images into ones with a border of one pixel; the border is left as it is. */
export function pad(images: i32, height: i32, width: i32, channels: i32, x: usize, padded: usize): void {
  const pixel = (<usize>channels) << 2
  const line = pixel * <usize>width
  padded += line + 3 * pixel
  for (let image = 0; image < images; image++) {
    for (let row = 0; row < height; row++) {
      memory.copy(padded, x, line)
      x += line
      padded += line + 2 * pixel
    }
    padded += 2 * (line + 2 * pixel)
  }
}

/** y[j][i] = x[i][j]. */
export function transpose(rows: i32, columns: i32, x: usize, y: usize): void {
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      store<f32>(y + ((<usize>(j * rows + i)) << 2), load<f32>(x + ((<usize>(i * columns + j)) << 2)))
}

/** Each row of y becomes `row`. */
export function fillRows(rows: i32, columns: i32, row: usize, y: usize): void {
  const bytes = (<usize>columns) << 2
  for (let i = 0; i < rows; i++) {
    memory.copy(y, row, bytes)
    y += bytes
  }
}

/** sums += the rows of x. */
export function sumRows(rows: i32, columns: i32, x: usize, sums: usize): void {
  for (let i = 0; i < rows; i++) {
    let j = 0
    for (; j + 4 <= columns; j += 4) {
      const at = (<usize>j) << 2
      v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(x + at)))
    }
    for (; j < columns; j++) {
      const at = (<usize>j) << 2
      store<f32>(sums + at, load<f32>(sums + at) + load<f32>(x + at))
    }
    x += (<usize>columns) << 2
  }
}

/** sums += (x - mean) z, row by row: variances where z is x - mean too (`z` 0), else covariances. */
export function sumProducts(rows: i32, columns: i32, x: usize, mean: usize, z: usize, sums: usize): void {
  for (let i = 0; i < rows; i++) {
    let j = 0
    for (; j + 4 <= columns; j += 4) {
      const at = (<usize>j) << 2
      const away = f32x4.sub(v128.load(x + at), v128.load(mean + at))
      const other = z == 0 ? away : v128.load(z + at)
      v128.store(sums + at, f32x4.add(v128.load(sums + at), f32x4.mul(away, other)))
    }
    for (; j < columns; j++) {
      const at = (<usize>j) << 2
      const away = load<f32>(x + at) - load<f32>(mean + at)
      const other = z == 0 ? away : load<f32>(z + at)
      store<f32>(sums + at, load<f32>(sums + at) + away * other)
    }
    const bytes = (<usize>columns) << 2
    x += bytes
    if (z != 0) z += bytes
  }
}

/** y = x scale + shift, column by column. */
export function scaleRows(rows: i32, columns: i32, x: usize, scale: usize, shift: usize, y: usize): void {
  for (let i = 0; i < rows; i++) {
    let j = 0
    for (; j + 4 <= columns; j += 4) {
      const at = (<usize>j) << 2
      v128.store(y + at, f32x4.add(f32x4.mul(v128.load(x + at), v128.load(scale + at)), v128.load(shift + at)))
    }
    for (; j < columns; j++) {
      const at = (<usize>j) << 2
      store<f32>(y + at, load<f32>(x + at) * load<f32>(scale + at) + load<f32>(shift + at))
    }
    const bytes = (<usize>columns) << 2
    x += bytes
    y += bytes
  }
}

/** y += x scale, column by column. */
export function addScaledRows(rows: i32, columns: i32, x: usize, scale: usize, y: usize): void {
  for (let i = 0; i < rows; i++) {
    let j = 0
    for (; j + 4 <= columns; j += 4) {
      const at = (<usize>j) << 2
      v128.store(y + at, f32x4.add(v128.load(y + at), f32x4.mul(v128.load(x + at), v128.load(scale + at))))
    }
    for (; j < columns; j++) {
      const at = (<usize>j) << 2
      store<f32>(y + at, load<f32>(y + at) + load<f32>(x + at) * load<f32>(scale + at))
    }
    const bytes = (<usize>columns) << 2
    x += bytes
    y += bytes
  }
}

/** y = x z, number by number. */
export function multiply(n: i32, x: usize, z: usize, y: usize): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at = (<usize>i) << 2
    v128.store(y + at, f32x4.mul(v128.load(x + at), v128.load(z + at)))
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2
    store<f32>(y + at, load<f32>(x + at) * load<f32>(z + at))
  }
}

/** y = x where `gate` is above 0, else 0: ReLU where `gate` is x, its gradient where x is dy and `gate` the output. */
export function rectify(n: i32, x: usize, gate: usize, y: usize): void {
  const zero = f32x4.splat(0)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at = (<usize>i) << 2
    v128.store(y + at, v128.and(v128.load(x + at), f32x4.gt(v128.load(gate + at), zero)))
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2
    store<f32>(y + at, load<f32>(gate + at) > 0 ? load<f32>(x + at) : 0)
  }
}

/** y = the largest of each 2 x 2 pixels, and of what is left of them at an odd edge. */
export function maxPool(images: i32, height: i32, width: i32, channels: i32, x: usize, y: usize): void {
  const pixel = (<usize>channels) << 2
  for (let image = 0; image < images; image++) {
    for (let row = 0; row < height; row += 2) {
      for (let column = 0; column < width; column += 2) {
        const from = x + <usize>(row * width + column) * pixel
        const right: usize = column + 1 < width ? pixel : 0
        const down: usize = row + 1 < height ? pixel * <usize>width : 0
        for (let at: usize = 0; at < pixel; at += 4) {
          let top = load<f32>(from + at)
          top = larger(load<f32>(from + right + at), top)
          top = larger(load<f32>(from + down + at), top)
          store<f32>(y + at, larger(load<f32>(from + down + right + at), top))
        }
        y += pixel
      }
    }
    x += pixel * <usize>(width * height)
  }
}

// @ts-ignore: decorator
@inline
function larger(x: f32, top: f32): f32 {
  return x > top ? x : top
}

/** dx += dy at the first pixel that was the largest; dx is 0 before. */
export function maxPoolGradient(images: i32, height: i32, width: i32, channels: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  const pixel = (<usize>channels) << 2
  for (let image = 0; image < images; image++) {
    for (let row = 0; row < height; row += 2) {
      for (let column = 0; column < width; column += 2) {
        const from = <usize>(row * width + column) * pixel
        const right: usize = column + 1 < width ? pixel : 0
        const down: usize = row + 1 < height ? pixel * <usize>width : 0
        for (let at: usize = 0; at < pixel; at += 4) {
          const top = load<f32>(y + at)
          const near = from + at
          let into = near
          if (load<f32>(x + near) != top) into = near + right
          if (load<f32>(x + into) != top) into = near + down
          if (load<f32>(x + into) != top) into = near + down + right
          store<f32>(dx + into, load<f32>(dx + into) + load<f32>(dy + at))
        }
        y += pixel
        dy += pixel
      }
    }
    const bytes = pixel * <usize>(width * height)
    x += bytes
    dx += bytes
  }
}

/** One step of Adam on n weights w with gradient g + decay w and moments m, v (Kingma & Ba 2015, end of section 2). */
export function adam(n: i32, w: usize, g: usize, m: usize, v: usize, rate: f32, decay: f32, beta1: f32, beta2: f32, epsilon: f32): void {
  const keep1 = f32x4.splat(beta1)
  const keep2 = f32x4.splat(beta2)
  const take1 = f32x4.splat(<f32>1 - beta1)
  const take2 = f32x4.splat(<f32>1 - beta2)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at = (<usize>i) << 2
    const weight = v128.load(w + at)
    const slope = f32x4.add(v128.load(g + at), f32x4.mul(f32x4.splat(decay), weight))
    const first = f32x4.add(f32x4.mul(keep1, v128.load(m + at)), f32x4.mul(take1, slope))
    const second = f32x4.add(f32x4.mul(keep2, v128.load(v + at)), f32x4.mul(f32x4.mul(take2, slope), slope))
    v128.store(m + at, first)
    v128.store(v + at, second)
    const step = f32x4.div(f32x4.mul(f32x4.splat(rate), first), f32x4.add(f32x4.sqrt(second), f32x4.splat(epsilon)))
    v128.store(w + at, f32x4.sub(weight, step))
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2
    const weight = load<f32>(w + at)
    const slope = load<f32>(g + at) + decay * weight
    const first = beta1 * load<f32>(m + at) + (<f32>1 - beta1) * slope
    const second = beta2 * load<f32>(v + at) + (<f32>1 - beta2) * slope * slope
    store<f32>(m + at, first)
    store<f32>(v + at, second)
    store<f32>(w + at, weight - (rate * first) / (sqrt<f32>(second) + epsilon))
  }
}
