import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { dotsKernel } from './dots.ts'
import { type Engine, sharedMemory } from './load.ts'

const [columns, rows] = [8, 6]
const size = 8 * columns * rows

function dots(engine: Engine): Float64Array {
  const memory = sharedMemory(2 * size + 8 * columns * columns)
  const random = seededRandom(1)
  const numbers = new Float64Array(memory.buffer, 0, 2 * columns * rows)
  for (let i = 0; i < numbers.length; i++) numbers[i] = random() - 0.5
  const kernel = dotsKernel(memory, engine)
  kernel.addDots(columns, rows, 0, size, 2 * size)
  kernel.addDots(columns, rows, 0, size, 2 * size)
  return new Float64Array(memory.buffer, 2 * size, columns * columns).slice()
}

describe('dot products of columns', () => {
  it('are the same to the bit in WebAssembly and in JavaScript', () => {
    expect(dots('webassembly')).toEqual(dots('javascript'))
  })

  it('are sums of products, added to what is there', () => {
    const random = seededRandom(1)
    const numbers = Array.from({ length: 2 * columns * rows }, () => random() - 0.5)
    const [i, j] = [2, 5]
    const sum = Array.from({ length: rows }, (_, row) => (numbers[i * rows + row] ?? 0) * (numbers[(columns + j) * rows + row] ?? 0))
    expect(dots('webassembly')[i * columns + j]).toBeCloseTo(2 * sum.reduce((a, b) => a + b, 0), 12)
  })
})
