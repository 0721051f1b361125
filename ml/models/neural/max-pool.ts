/** Max pooling: of every 2 x 2 pixels the largest goes on, and alone gets the gradient. */
import { type Layer, rowsOf, type Site } from './layer.ts'
import { sizeOf } from './layer-specs.ts'

export function maxPoolLayer(site: Site): Layer {
  const { matrices, input, training } = site
  const y = rowsOf(site, site.output)
  const dx = rowsOf(site, input, training)
  let seen: Float32Array = y
  return {
    forward: (x, { rows }) => {
      seen = x
      matrices.maxPool({ ...input, images: rows }, { x, y })
      return y
    },
    backward: (dy, rows) => {
      dx.fill(0, 0, rows * sizeOf(input))
      matrices.maxPoolGradient({ ...input, images: rows }, { x: seen, y, dy, dx })
      return dx
    },
  }
}
