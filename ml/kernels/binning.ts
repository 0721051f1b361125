/** From numbers to bins of one byte: what assembly/binning.ts exports, in WebAssembly or in JavaScript. */
import { type Engine, kernelOver } from './load.ts'

/** Bytes of scratch that `sortNumbers` needs beside its spare list. */
export const sortScratch = 6 * 2048 * 4

/** Pointers are byte offsets into the memory. Each function is explained in the assembly source. */
export interface BinningKernel {
  sortNumbers(n: number, values: number, spare: number, counts: number): void
  binNumbers(n: number, values: number, upper: number, missing: number, bins: number): void
}

const isKernel = (exports: WebAssembly.Exports): exports is WebAssembly.Exports & BinningKernel =>
  ['sortNumbers', 'binNumbers'].every((name) => typeof exports[name] === 'function')

export function binningKernel(memory: WebAssembly.Memory, engine?: Engine): BinningKernel {
  return kernelOver(memory, { name: 'binning', isKernel, twin: binningTwin, ...(engine && { engine }) })
}

function binningTwin(memory: WebAssembly.Memory): BinningKernel {
  const bytes = new Uint8Array(memory.buffer)
  const doubles = new Float64Array(memory.buffer)
  return {
    sortNumbers: (n, values) => {
      const sorted = doubles.slice(values >>> 3, (values >>> 3) + n).map((value) => value + 0)
      doubles.set(sorted.sort(), values >>> 3)
    },
    binNumbers: (n, values, upper, missing, bins) => {
      for (let i = 0; i < n; i++) {
        const value = doubles[(values >>> 3) + i] ?? 0
        bytes[bins + 8 * i] = Number.isNaN(value) ? missing : firstNotBelow(doubles, upper >>> 3, value)
      }
    },
  }
}

/** The first of 256 rising bounds that is not below `value`, or the last. */
function firstNotBelow(doubles: Float64Array, from: number, value: number): number {
  let at = 0
  for (let step = 128; step > 0; step >>= 1) if (value > (doubles[from + at + step - 1] ?? 0)) at += step
  return at
}
