/** Derivatives of losses and the update of scores: what assembly/gradient.ts exports, in WebAssembly or in JavaScript. */
import { type Engine, kernelOver } from './load.ts'

/** Pointers are byte offsets into the memory. Each function is explained in the assembly source. */
export interface GradientKernel {
  logistic(n: number, scores: number, target: number, pairs: number): void
  softmax(n: number, classes: number, scores: number, scoreStep: number, target: number, pairs: number, pairStep: number): void
  squared(n: number, limit: number, scores: number, target: number, pairs: number): void
  pinball(n: number, alpha: number, hit: number, scores: number, target: number, pairs: number): void
  poisson(n: number, factor: number, scores: number, target: number, pairs: number): void
  weigh(n: number, weights: number, pairs: number): void
  addValue(rows: number, n: number, value: number, scores: number): void
}

const names = ['logistic', 'softmax', 'squared', 'pinball', 'poisson', 'weigh', 'addValue']

const isKernel = (exports: WebAssembly.Exports): exports is WebAssembly.Exports & GradientKernel =>
  names.every((name) => typeof exports[name] === 'function')

export function gradientKernel(memory: WebAssembly.Memory, engine?: Engine): GradientKernel {
  return kernelOver(memory, { name: 'gradient', isKernel, twin: gradientTwin, ...(engine && { engine }) })
}

const rounding = 6755399441055744

const coefficients = [
  ...[2.505210838544172e-8, 2.755731922398589e-7, 0.0000027557319223985893, 0.0000248015873015873, 0.0001984126984126984],
  ...[0.001388888888888889, 0.008333333333333333, 0.041666666666666664, 0.16666666666666666, 0.5, 1, 1],
]

/** As in the assembly source, to the bit; Math.exp differs in the last place. */
function exp(x: number): number {
  const held = Math.max(Math.min(x, 700), -700)
  const k = held * Math.LOG2E + rounding - rounding
  const r = held - k * 0.6931471803691238 - k * 1.9082149292705877e-10
  let p = 2.08767569878681e-9
  for (const coefficient of coefficients) p = p * r + coefficient
  return p * 2 ** k
}

/** The same in JavaScript, with the same operations in the same order: the bits are equal. */
function gradientTwin(memory: WebAssembly.Memory): GradientKernel {
  const words = new Uint32Array(memory.buffer)
  const floats = new Float32Array(memory.buffer)
  const doubles = new Float64Array(memory.buffer)
  const read = (pointer: number, i: number): number => doubles[(pointer >>> 3) + i] ?? 0
  const keep = (pairs: number, i: number, g: number, h: number): void => {
    floats[(pairs >>> 2) + 2 * i] = g
    floats[(pairs >>> 2) + 2 * i + 1] = h
  }
  const eachRow = (n: number, pairs: number, derive: (i: number) => readonly [g: number, h: number]): void => {
    for (let i = 0; i < n + (n & 1); i++) keep(pairs, i, ...derive(i))
  }
  return {
    logistic: (n, scores, target, pairs) =>
      eachRow(n, pairs, (i) => {
        const p = 1 / (1 + exp(-read(scores, i)))
        return [p - read(target, i), p * (1 - p)]
      }),
    softmax: (n, classes, scores, scoreStep, target, pairs, pairStep) => {
      const shares = new Float64Array(classes)
      const factor = classes / (classes - 1)
      for (let i = 0; i < n + (n & 1); i++) {
        const total = shareOut(shares, (k) => read(scores + k * scoreStep, i))
        for (let k = 0; k < classes; k++) {
          const p = (shares[k] ?? 0) / total
          keep(pairs + k * pairStep, i, p - (read(target, i) === k ? 1 : 0), factor * (p * (1 - p)))
        }
      }
    },
    squared: (n, limit, scores, target, pairs) =>
      eachRow(n, pairs, (i) => [Math.max(Math.min(read(scores, i) - read(target, i), limit), -limit), 1]),
    pinball: (n, alpha, hit, scores, target, pairs) =>
      eachRow(n, pairs, (i) => {
        const difference = read(scores, i) - read(target, i)
        return [difference > 0 ? 1 - alpha : difference < 0 ? -alpha : hit, 1]
      }),
    poisson: (n, factor, scores, target, pairs) =>
      eachRow(n, pairs, (i) => {
        const mean = exp(read(scores, i))
        return [mean - read(target, i), mean * factor]
      }),
    weigh: (n, weights, pairs) => {
      for (let i = 0; i < n; i++) {
        const at = (pairs >>> 2) + 2 * i
        keep(pairs, i, (floats[at] ?? 0) * read(weights, i), (floats[at + 1] ?? 0) * read(weights, i))
      }
    },
    addValue: (rows, n, value, scores) => {
      for (let i = 0; i < n; i++) {
        const at = (scores >>> 3) + (words[(rows >>> 2) + i] ?? 0)
        doubles[at] = (doubles[at] ?? 0) + value
      }
    },
  }
}

/** Writes e^(score - largest) of each class; returns their sum. */
function shareOut(shares: Float64Array, score: (k: number) => number): number {
  let top = score(0)
  for (let k = 1; k < shares.length; k++) top = Math.max(top, score(k))
  let total = 0
  for (let k = 0; k < shares.length; k++) {
    shares[k] = exp(score(k) - top)
    total += shares[k] ?? 0
  }
  return total
}
