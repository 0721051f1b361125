/**
 * The kernel assembly/matrix.ts in plain JavaScript, for engines without WebAssembly SIMD: every function sums in the
 * same order and rounds to float32 after every operation, so the bits are equal. Pointers are byte offsets, as there.
 */
import type { MatrixExports } from './matrix.ts'

const { fround } = Math

/** One block of memory seen as float32. Read again at every call: the memory may have grown. */
type Floats = () => Float32Array

/** The functions of the kernel over this memory. */
export function matrixTwin(memory: WebAssembly.Memory): MatrixExports {
  const floats: Floats = () => new Float32Array(memory.buffer)
  return { ...products(floats), ...layouts(floats), ...columnwise(floats), ...elementwise(floats), ...pooling(floats) }
}

const read = (values: Float32Array, i: number): number => values[i] ?? 0

/** `a` is stepped through by `row`, `step` and `panel` (in numbers, not bytes), as in the kernel's gemm. */
interface Operand {
  readonly at: number
  readonly row: number
  readonly step: number
  readonly panel: number
}

interface Extent {
  readonly m: number
  readonly n: number
  readonly k: number
  readonly depth: number
}

function gemm(
  heap: Float32Array,
  { m, n, k, depth }: Extent,
  { a, b, c }: { readonly a: Operand; readonly b: Operand; readonly c: number },
) {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = read(heap, c + i * n + j)
      for (let d = 0; d < depth; d++) {
        let pa = a.at + i * a.row + d * a.panel
        let pb = b.at + j + d * b.panel
        for (let p = 0; p < k; p++) {
          sum = fround(sum + fround(read(heap, pa) * read(heap, pb)))
          pa += a.step
          pb += b.step
        }
      }
      heap[c + i * n + j] = sum
    }
  }
}

type Products = Pick<MatrixExports, 'dense' | 'denseGradient' | 'convolve' | 'convolveGradient'>

function products(floats: Floats): Products {
  return {
    dense: (rows, inputs, outputs, x, w, y) => {
      const a = { at: x / 4, row: inputs, step: 1, panel: 0 }
      const b = { at: w / 4, row: 0, step: outputs, panel: 0 }
      gemm(floats(), { m: rows, n: outputs, k: inputs, depth: 1 }, { a, b, c: y / 4 })
    },
    denseGradient: (rows, inputs, outputs, x, dy, dw) => {
      const a = { at: x / 4, row: 1, step: inputs, panel: 0 }
      const b = { at: dy / 4, row: 0, step: outputs, panel: 0 }
      gemm(floats(), { m: inputs, n: outputs, k: rows, depth: 1 }, { a, b, c: dw / 4 })
    },
    convolve: (images, height, width, channels, filters, padded, w, y) => {
      const heap = floats()
      const line = channels * (width + 2)
      const b = { at: w / 4, row: 0, step: filters, panel: 3 * channels * filters }
      for (let row = 0; row < images * height; row++) {
        const from = padded / 4 + (row + 2 * Math.floor(row / height)) * line
        const a = { at: from, row: channels, step: 1, panel: line }
        gemm(heap, { m: width, n: filters, k: 3 * channels, depth: 3 }, { a, b, c: y / 4 + row * width * filters })
      }
    },
    convolveGradient: (images, height, width, channels, filters, padded, dy, dw) => {
      const heap = floats()
      const line = channels * (width + 2)
      const extent = { m: 3 * channels, n: filters, k: width, depth: height }
      for (let image = 0; image < images; image++) {
        for (let tap = 0; tap < 3; tap++) {
          const a = { at: padded / 4 + (image * (height + 2) + tap) * line, row: 1, step: channels, panel: line }
          const b = { at: dy / 4 + image * height * width * filters, row: 0, step: filters, panel: width * filters }
          gemm(heap, extent, { a, b, c: dw / 4 + 3 * tap * channels * filters })
        }
      }
    },
  }
}

function layouts(floats: Floats): Pick<MatrixExports, 'pad' | 'transpose' | 'fillRows'> {
  return {
    pad: (images, height, width, channels, x, padded) => {
      const heap = floats()
      const line = width * channels
      for (let row = 0; row < images * height; row++) {
        const into = padded / 4 + (row + 1 + 2 * Math.floor(row / height)) * (line + 2 * channels) + channels
        heap.copyWithin(into, x / 4 + row * line, x / 4 + (row + 1) * line)
      }
    },
    transpose: (rows, columns, x, y) => {
      const heap = floats()
      for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) heap[y / 4 + j * rows + i] = read(heap, x / 4 + i * columns + j)
    },
    fillRows: (rows, columns, row, y) => {
      const heap = floats()
      for (let i = 0; i < rows; i++) heap.copyWithin(y / 4 + i * columns, row / 4, row / 4 + columns)
    },
  }
}

function columnwise(floats: Floats): Pick<MatrixExports, 'sumRows' | 'sumProducts' | 'scaleRows' | 'addScaledRows'> {
  return {
    sumRows: (rows, columns, x, sums) => {
      const heap = floats()
      for (let i = 0; i < rows * columns; i++) {
        const into = sums / 4 + (i % columns)
        heap[into] = fround(read(heap, into) + read(heap, x / 4 + i))
      }
    },
    sumProducts: (rows, columns, x, mean, z, sums) => {
      const heap = floats()
      for (let i = 0; i < rows * columns; i++) {
        const column = i % columns
        const away = fround(read(heap, x / 4 + i) - read(heap, mean / 4 + column))
        const product = fround(away * (z === 0 ? away : read(heap, z / 4 + i)))
        heap[sums / 4 + column] = fround(read(heap, sums / 4 + column) + product)
      }
    },
    scaleRows: (rows, columns, x, scale, shift, y) => {
      const heap = floats()
      for (let i = 0; i < rows * columns; i++) {
        const scaled = fround(read(heap, x / 4 + i) * read(heap, scale / 4 + (i % columns)))
        heap[y / 4 + i] = fround(scaled + read(heap, shift / 4 + (i % columns)))
      }
    },
    addScaledRows: (rows, columns, x, scale, y) => {
      const heap = floats()
      for (let i = 0; i < rows * columns; i++) {
        const scaled = fround(read(heap, x / 4 + i) * read(heap, scale / 4 + (i % columns)))
        heap[y / 4 + i] = fround(read(heap, y / 4 + i) + scaled)
      }
    },
  }
}

function elementwise(floats: Floats): Pick<MatrixExports, 'multiply' | 'rectify' | 'adam'> {
  return {
    multiply: (n, x, z, y) => {
      const heap = floats()
      for (let i = 0; i < n; i++) heap[y / 4 + i] = fround(read(heap, x / 4 + i) * read(heap, z / 4 + i))
    },
    rectify: (n, x, gate, y) => {
      const heap = floats()
      for (let i = 0; i < n; i++) heap[y / 4 + i] = read(heap, gate / 4 + i) > 0 ? read(heap, x / 4 + i) : 0
    },
    adam: (n, w, g, m, v, ...rates) => {
      const heap = floats()
      const [rate, decay, beta1, beta2, epsilon] = Float32Array.from(rates)
      const [keep1 = 0, keep2 = 0] = [beta1, beta2]
      const [take1, take2] = [fround(1 - keep1), fround(1 - keep2)]
      for (let i = 0; i < n; i++) {
        const weight = read(heap, w / 4 + i)
        const slope = fround(read(heap, g / 4 + i) + fround((decay ?? 0) * weight))
        const first = fround(fround(keep1 * read(heap, m / 4 + i)) + fround(take1 * slope))
        const second = fround(fround(keep2 * read(heap, v / 4 + i)) + fround(fround(take2 * slope) * slope))
        heap[m / 4 + i] = first
        heap[v / 4 + i] = second
        const step = fround(fround((rate ?? 0) * first) / fround(fround(Math.sqrt(second)) + (epsilon ?? 0)))
        heap[w / 4 + i] = fround(weight - step)
      }
    },
  }
}

function pooling(floats: Floats): Pick<MatrixExports, 'maxPool' | 'maxPoolGradient'> {
  return {
    maxPool: (images, height, width, channels, x, y) => {
      const heap = floats()
      forEachWindow({ images, height, width, channels }, (pixels, out) => {
        let first = x / 4 + pixels[0]
        for (const pixel of pixels) if (read(heap, x / 4 + pixel) > read(heap, first)) first = x / 4 + pixel
        heap[y / 4 + out] = read(heap, first)
      })
    },
    maxPoolGradient: (images, height, width, channels, x, y, dy, dx) => {
      const heap = floats()
      forEachWindow({ images, height, width, channels }, (pixels, out) => {
        const top = read(heap, y / 4 + out)
        const first = pixels.find((pixel) => read(heap, x / 4 + pixel) === top) ?? pixels[0]
        heap[dx / 4 + first] = fround(read(heap, dx / 4 + first) + read(heap, dy / 4 + out))
      })
    },
  }
}

interface Images {
  readonly images: number
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Gives the four pixels of each window (at an odd edge some of them twice) and the place of its result. */
function forEachWindow(
  { images, height, width, channels }: Images,
  visit: (pixels: readonly [number, number, number, number], out: number) => void,
): void {
  const across = Math.ceil(width / 2)
  const down = Math.ceil(height / 2)
  for (let out = 0; out < images * down * across * channels; out++) {
    const window = Math.floor(out / channels)
    const column = 2 * (window % across)
    const row = 2 * (Math.floor(window / across) % down)
    const image = Math.floor(window / (across * down))
    const near = ((image * height + row) * width + column) * channels + (out % channels)
    const right = column + 1 < width ? channels : 0
    const below = row + 1 < height ? width * channels : 0
    visit([near, near + right, near + below, near + below + right], out)
  }
}
