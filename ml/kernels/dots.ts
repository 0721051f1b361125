/** Dot products of columns with columns: what assembly/dots.ts exports, in WebAssembly or in JavaScript. */
import { type Engine, kernelOver } from './load.ts'

/** Pointers are byte offsets into the memory, on 16 bytes. */
export interface DotsKernel {
  /**
   * dots[i][j] += left column i times right column j, summed over the rows, for all j from the group of four that i is in.
   * `columns` is a multiple of four, `rows` of two; each column's rows lie together.
   */
  addDots(columns: number, rows: number, left: number, right: number, dots: number): void
}

const isKernel = (exports: WebAssembly.Exports): exports is WebAssembly.Exports & DotsKernel => typeof exports.addDots === 'function'

export function dotsKernel(memory: WebAssembly.Memory, engine?: Engine): DotsKernel {
  return kernelOver(memory, { name: 'dots', isKernel, twin: dotsTwin, ...(engine && { engine }) })
}

/** The same in JavaScript, with the same additions in the same order: the bits are equal. */
function dotsTwin(memory: WebAssembly.Memory): DotsKernel {
  const numbers = new Float64Array(memory.buffer)
  return {
    addDots: (columns, rows, left, right, dots) => {
      for (let i = 0; i < columns; i++) {
        for (let j = i & ~3; j < columns; j++) {
          const slot = (dots >>> 3) + i * columns + j
          numbers[slot] = (numbers[slot] ?? 0) + dot(numbers, rows, [(left >>> 3) + i * rows, (right >>> 3) + j * rows])
        }
      }
    },
  }
}

/** Even and odd rows apart, as two lanes of a register. */
function dot(numbers: Float64Array, rows: number, [a, b]: readonly [number, number]): number {
  let even = 0
  let odd = 0
  for (let row = 0; row < rows; row += 2) {
    even += (numbers[a + row] ?? 0) * (numbers[b + row] ?? 0)
    odd += (numbers[a + row + 1] ?? 0) * (numbers[b + row + 1] ?? 0)
  }
  return even + odd
}
