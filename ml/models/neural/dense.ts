/** A dense layer: y = x w + b. Gradients: dw = xᵀ dy, db = the sum of dy's rows, dx = dy wᵀ. */
import { type Layer, parameterAt, rowsOf, type Site } from './layer.ts'
import { sizeOf } from './layer-specs.ts'

export function denseLayer(site: Site): Layer {
  const { matrices, training, first } = site
  const [inputs, outputs] = [sizeOf(site.input), sizeOf(site.output)]
  const [weights, bias] = [parameterAt(site, 0), parameterAt(site, 1)]
  const y = rowsOf(site, site.output)
  const needed = training && !first
  const dx = rowsOf(site, site.input, needed)
  const across = matrices.floats(needed ? inputs * outputs : 0)
  let seen: Float32Array = y
  return {
    forward: (x, { rows }) => {
      seen = x
      matrices.fillRows(rows, bias.value, y)
      matrices.dense({ rows, inputs, outputs }, { x, w: weights.value, y })
      return y
    },
    backward: (dy, rows) => {
      matrices.sumRows(rows, dy, bias.gradient)
      matrices.denseGradient({ rows, inputs, outputs }, { x: seen, dy, dw: weights.gradient })
      if (!needed) return dx
      matrices.transpose([inputs, outputs], weights.value, across)
      dx.fill(0, 0, rows * inputs)
      matrices.dense({ rows, inputs: outputs, outputs: inputs }, { x: dy, w: across, y: dx })
      return dx
    },
  }
}
