/**
 * Dropout (Srivastava et al. 2014): training sets a random share of outputs to 0 and makes the others larger, so that
 * scoring needs no correction. Of images whole channels are dropped (Tompson et al. 2015): neighbours know too much.
 */
import { type Layer, rowsOf, type Site } from './layer.ts'
import { sizeOf } from './layer-specs.ts'

export function dropoutLayer(site: Site, rate: number): Layer {
  const { matrices, input, training } = site
  const size = sizeOf(input)
  const mask = rowsOf(site, input, training)
  /** Not in place: the layer before tells its gradient from its output. */
  const y = rowsOf(site, input, training)
  const kept = 1 / (1 - rate)
  const draw = (rows: number, random: () => number): void => {
    for (let from = 0; from < rows * size; from += size) {
      for (let c = 0; c < input.channels; c++) mask[from + c] = random() < rate ? 0 : kept
      for (let i = input.channels; i < size; i++) mask[from + i] = mask[from + i - input.channels] ?? 0
    }
  }
  return {
    forward: (x, pass) => {
      if (!pass.training || rate === 0) return x
      draw(pass.rows, pass.random)
      matrices.multiply(pass.rows * size, { x, z: mask, y })
      return y
    },
    backward: (dy, rows) => {
      if (rate > 0) matrices.multiply(rows * size, { x: dy, z: mask, y: dy })
      return dy
    },
  }
}
