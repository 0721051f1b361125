/** Activations, in place: each gradient can be told from the output, so the input need not be kept. */
import type { Layer, Site } from './layer.ts'
import { sizeOf } from './layer-specs.ts'

export function reluLayer({ matrices, input }: Site): Layer {
  const size = sizeOf(input)
  let seen: Float32Array = new Float32Array(0)
  return {
    forward: (x, { rows }) => {
      seen = x
      matrices.rectify(rows * size, { x, gate: x, y: x })
      return x
    },
    backward: (dy, rows) => {
      matrices.rectify(rows * size, { x: dy, gate: seen, y: dy })
      return dy
    },
  }
}

export const tanhLayer = curveLayer(Math.tanh, (y) => 1 - y * y)

export const logisticLayer = curveLayer(
  (x) => 1 / (1 + Math.exp(-x)),
  (y) => y * (1 - y),
)

function curveLayer(curve: (x: number) => number, slope: (y: number) => number): (site: Site) => Layer {
  return ({ input }) => {
    const size = sizeOf(input)
    let seen: Float32Array = new Float32Array(0)
    return {
      forward: (x, { rows }) => {
        seen = x
        for (let i = 0; i < rows * size; i++) x[i] = curve(x[i] ?? 0)
        return x
      },
      backward: (dy, rows) => {
        for (let i = 0; i < rows * size; i++) dy[i] = (dy[i] ?? 0) * slope(seen[i] ?? 0)
        return dy
      },
    }
  }
}
