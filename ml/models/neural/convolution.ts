/**
 * A 3 x 3 convolution that keeps the size of its images: a border of zeros stands around them. The gradient by its
 * input is again a convolution: of dy, with every filter turned by half a turn and inputs and outputs exchanged.
 */
import { type Layer, parameterAt, rowsOf, type Site } from './layer.ts'
import { sizeOf } from './layer-specs.ts'

export function convolutionLayer(site: Site): Layer {
  const { matrices, input, training, first } = site
  const { channels } = input
  const filters = site.output.channels
  const weights = parameterAt(site, 0)
  const y = rowsOf(site, site.output)
  const padded = rowsOf(site, bordered(input))
  const needed = training && !first
  const dx = rowsOf(site, input, needed)
  const paddedGradient = rowsOf(site, bordered(site.output), needed)
  const turned = matrices.floats(needed ? weights.value.length : 0)
  return {
    forward: (x, { rows }) => {
      const shape = { ...input, images: rows, filters }
      matrices.pad(shape, { x, padded })
      y.fill(0, 0, rows * sizeOf(site.output))
      matrices.convolve(shape, { padded, w: weights.value, y })
      return y
    },
    backward: (dy, rows) => {
      matrices.convolveGradient({ ...input, images: rows, filters }, { padded, dy, dw: weights.gradient })
      if (!needed) return dx
      const panel = channels * filters
      for (let tap = 0; tap < 9; tap++)
        matrices.transpose(
          [channels, filters],
          weights.value.subarray(tap * panel, (tap + 1) * panel),
          turned.subarray((8 - tap) * panel, (9 - tap) * panel),
        )
      matrices.pad({ ...site.output, images: rows }, { x: dy, padded: paddedGradient })
      dx.fill(0, 0, rows * sizeOf(input))
      matrices.convolve({ ...site.output, images: rows, filters: channels }, { padded: paddedGradient, w: turned, y: dx })
      return dx
    },
  }
}

const bordered = ({ height, width, channels }: Site['input']): Site['input'] => ({ height: height + 2, width: width + 2, channels })
