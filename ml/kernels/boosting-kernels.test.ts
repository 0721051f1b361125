import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { binningKernel } from './binning.ts'
import { gradientKernel } from './gradient.ts'
import { fourColumns, histogramKernel, narrowColumns } from './histogram.ts'
import { type Engine, sharedMemory } from './load.ts'

const engines: readonly Engine[] = ['webassembly', 'javascript']

/** Runs on two memories that begin with the same random bytes and returns what each holds afterwards. */
function onBoth(fill: (view: DataView, random: () => number) => void, work: (memory: WebAssembly.Memory, engine: Engine) => unknown) {
  return engines.map((engine) => {
    const memory = sharedMemory(1 << 20)
    fill(new DataView(memory.buffer), seededRandom(7))
    const answer = work(memory, engine)
    return { answer, bytes: new Uint8Array(memory.buffer).slice() }
  })
}

function expectEqual(fill: (view: DataView, random: () => number) => void, work: (memory: WebAssembly.Memory, engine: Engine) => unknown) {
  const [compiled, plain] = onBoth(fill, work)
  expect(compiled?.answer).toEqual(plain?.answer)
  expect(Buffer.from(compiled?.bytes ?? []).equals(Buffer.from(plain?.bytes ?? []))).toBe(true)
}

const rows = 3000
/** Where things lie in the memory of these tests. */
const at = { bins: 0, pairs: 65_536, order: 131_072, histogram: 196_608, other: 262_144, buffer: 393_216, side: 458_752, out: 524_288 }

function fillRows(view: DataView, random: () => number, bins: number): void {
  for (let i = 0; i < rows * 8; i++) view.setUint8(at.bins + i, Math.floor(bins * random()))
  for (let i = 0; i < rows; i++) {
    view.setFloat32(at.pairs + 8 * i, random() - 0.5, true)
    view.setFloat32(at.pairs + 8 * i + 4, random(), true)
    view.setUint32(at.order + 4 * i, Math.floor(rows * random()), true)
  }
  for (let bin = 0; bin < 256; bin++) view.setUint8(at.side + bin, random() < 0.4 ? 4 : 0)
}

describe('the histogram kernel in WebAssembly and in JavaScript', () => {
  it.each([0, narrowColumns, fourColumns, narrowColumns | fourColumns])('sums rows to the same bits in shape %i', (shape) => {
    expectEqual(
      (view, random) => fillRows(view, random, shape & narrowColumns ? 64 : 256),
      (memory, engine) => {
        const kernel = histogramKernel(memory, engine)
        kernel.sumAll(rows, at.bins, at.pairs, at.histogram, shape)
        kernel.sumSome(at.order, rows, at.bins, at.pairs, at.other, shape, at.buffer)
        kernel.subtract(at.histogram, at.other, 32_768)
        kernel.sumPairs(rows, at.pairs, at.out)
        new Uint8Array(memory.buffer).fill(0, at.buffer, at.buffer + 8192)
      },
    )
  })

  it('parts rows alike, in their order', () => {
    const left = onBoth(
      (view, random) => fillRows(view, random, 256),
      (memory, engine) => {
        const n = histogramKernel(memory, engine).partition(at.order, rows, at.bins + 3, at.side, at.out, at.buffer)
        return {
          lefts: new Uint32Array(memory.buffer.slice(at.out, at.out + 4 * n)),
          n,
          rights: memory.buffer.slice(at.buffer, at.buffer + 4 * (rows - n)),
        }
      },
    )
    expect(left[0]?.answer).toEqual(left[1]?.answer)
  })

  it.each([0, 1])('finds the same cut, missing values %i', (missing) => {
    for (const least of [0.001, 30, 700]) {
      expectEqual(
        (view, random) => fillRows(view, random, 32),
        (memory, engine) => {
          const kernel = histogramKernel(memory, engine)
          kernel.sumAll(rows, at.bins, at.pairs, at.histogram, 0)
          kernel.sumPairs(rows, at.pairs, at.other)
          kernel.bestThreshold(at.histogram + 4096, 31, missing, at.other, 0.5, least, at.out)
          return Array.from(new Float64Array(memory.buffer, at.out, 4))
        },
      )
    }
  })
})

describe('the gradient kernel in WebAssembly and in JavaScript', () => {
  const n = 1001
  const fill = (view: DataView, random: () => number): void => {
    for (let i = 0; i < 3 * 1002; i++) view.setFloat64(8 * i, 60 * random() - 30, true)
    view.setFloat64(0, -5000, true)
    view.setFloat64(8, 5000, true)
    for (let i = 0; i < n; i++) view.setFloat64(65_536 + 8 * i, Math.floor(3 * random()), true)
    for (let i = 0; i < n; i++) view.setUint32(131_072 + 4 * i, i * 2, true)
  }

  it.each([
    ['logistic', (memory, engine) => gradientKernel(memory, engine).logistic(n, 0, 65_536, 262_144)],
    ['softmax', (memory, engine) => gradientKernel(memory, engine).softmax(n, 3, 0, 8 * 1002, 65_536, 262_144, 8 * 1002)],
    ['squared', (memory, engine) => gradientKernel(memory, engine).squared(n, Number.POSITIVE_INFINITY, 0, 65_536, 262_144)],
    ['Huber', (memory, engine) => gradientKernel(memory, engine).squared(n, 2.5, 0, 65_536, 262_144)],
    ['pinball', (memory, engine) => gradientKernel(memory, engine).pinball(n, 0.9, 0.1, 0, 65_536, 262_144)],
    ['poisson', (memory, engine) => gradientKernel(memory, engine).poisson(n, Math.exp(0.7), 0, 65_536, 262_144)],
    [
      'weights and leaf values',
      (memory, engine) => {
        const kernel = gradientKernel(memory, engine)
        kernel.logistic(n, 0, 65_536, 262_144)
        kernel.weigh(n, 65_536, 262_144)
        kernel.addValue(131_072, n, 0.1, 0)
      },
    ],
  ] satisfies readonly (readonly [string, (memory: WebAssembly.Memory, engine: Engine) => void])[])(
    'derives %s to the same bits',
    (_, work) => expectEqual(fill, work),
  )

  it('knows the derivatives of the log loss', () => {
    const memory = sharedMemory(65_536)
    const heap = new Float64Array(memory.buffer)
    heap.set([0, 3, -20, 40, 1, 0, 1, 0])
    gradientKernel(memory).logistic(4, 0, 32, 64)
    const pairs = new Float32Array(memory.buffer, 64, 8)
    const wanted = [0, 3, -20, 40].flatMap((score, i) => {
      const p = 1 / (1 + Math.exp(-score))
      return [p - (heap[4 + i] ?? 0), p * (1 - p)]
    })
    for (const [i, value] of wanted.entries()) expect(pairs[i]).toBeCloseTo(value, 7)
  })
})

describe('the binning kernel in WebAssembly and in JavaScript', () => {
  const n = 5000
  const kinds: Readonly<Record<string, (random: () => number) => number>> = {
    'any sizes': (random) => (random() - 0.5) * 10 ** Math.floor(600 * random() - 300),
    'few whole numbers': (random) => Math.floor(20 * random()) - 10,
    'both zeros': (random) => (random() < 0.5 ? -0 : 0),
  }

  it.each(Object.keys(kinds))('sorts and bins %s alike', (kind) => {
    expectEqual(
      (view, random) => {
        for (let i = 0; i < n; i++) view.setFloat64(8 * i, kinds[kind]?.(random) ?? 0, true)
      },
      (memory, engine) => {
        const kernel = binningKernel(memory, engine)
        const heap = new Float64Array(memory.buffer)
        const raw = heap.slice(0, n)
        kernel.sortNumbers(n, 0, 65_536, 131_072)
        const sorted = heap.slice(0, n)
        expect(sorted).toEqual(raw.map((value) => value + 0).sort())
        for (let bin = 0; bin < 256; bin++) heap[40_960 + bin] = bin < 99 ? (sorted[bin * 50] ?? 0) : Number.POSITIVE_INFINITY
        raw[7] = Number.NaN
        heap.set(raw)
        kernel.binNumbers(n, 0, 8 * 40_960, 200, 8 * 50_000)
        new Uint8Array(memory.buffer).fill(0, 65_536, 8 * 40_960)
        return new Uint8Array(memory.buffer)[8 * 50_000 + 56]
      },
    )
  })
})
