/**
 * Batch normalisation (Ioffe & Szegedy 2015): every channel gets mean 0 and variance 1 over the batch, then a learned
 * scale and shift. Scoring uses running means of both, kept during training.
 */
import { type Layer, parameterAt, rowsOf, type Site } from './layer.ts'

const epsilon = 1e-5
/** What a running mean keeps of itself at each batch. */
const momentum = 0.9

export function batchNormLayer(site: Site): Layer {
  const { matrices, input, training } = site
  const { channels } = input
  const pixels = input.height * input.width
  const [scale, shift, mean, variance] = [0, 1, 2, 3].map((index) => parameterAt(site, index)).map(({ value }) => value)
  if (!scale || !shift || !mean || !variance) throw new RangeError('Batch normalisation needs four parameters.')
  const y = rowsOf(site, input)
  const dx = rowsOf(site, input, training)
  const [batchMean, spread, factor, offset, pull, none] = Array.from({ length: 6 }, () => matrices.floats(channels))
  if (!batchMean || !spread || !factor || !offset || !pull || !none) throw new RangeError('No room for batch normalisation.')
  const gradients = { scale: parameterAt(site, 0).gradient, shift: parameterAt(site, 1).gradient }
  const sums = { products: matrices.floats(channels), plain: matrices.floats(channels) }
  let seen: Float32Array = y

  const measure = (x: Float32Array, count: number): void => {
    batchMean.fill(0)
    matrices.sumRows(count, x, batchMean)
    for (let c = 0; c < channels; c++) batchMean[c] = (batchMean[c] ?? 0) / count
    spread.fill(0)
    matrices.sumProducts(count, { x, mean: batchMean, sums: spread })
    for (let c = 0; c < channels; c++) {
      spread[c] = (spread[c] ?? 0) / count
      mean[c] = momentum * (mean[c] ?? 0) + (1 - momentum) * (batchMean[c] ?? 0)
      variance[c] = momentum * (variance[c] ?? 0) + (1 - momentum) * (spread[c] ?? 0)
    }
  }

  return {
    forward: (x, pass) => {
      seen = x
      const count = pass.rows * pixels
      if (pass.training) measure(x, count)
      const [centre, width] = pass.training ? [batchMean, spread] : [mean, variance]
      for (let c = 0; c < channels; c++) {
        factor[c] = (scale[c] ?? 0) / Math.sqrt((width[c] ?? 0) + epsilon)
        offset[c] = (shift[c] ?? 0) - (centre[c] ?? 0) * (factor[c] ?? 0)
      }
      matrices.scaleRows(count, { x, scale: factor, shift: offset, y })
      return y
    },
    /** dx = scale / sd (dy - mean(dy) - (x - mean) / sd² mean((x - mean) dy)), as one multiple of dy, one of x and a constant. */
    backward: (dy, rows) => {
      const count = rows * pixels
      sums.products.fill(0)
      sums.plain.fill(0)
      matrices.sumProducts(count, { x: seen, mean: batchMean, z: dy, sums: sums.products })
      matrices.sumRows(count, dy, sums.plain)
      for (let c = 0; c < channels; c++) {
        const width = Math.sqrt((spread[c] ?? 0) + epsilon)
        const products = sums.products[c] ?? 0
        gradients.scale[c] = (gradients.scale[c] ?? 0) + products / width
        gradients.shift[c] = (gradients.shift[c] ?? 0) + (sums.plain[c] ?? 0)
        pull[c] = (-(factor[c] ?? 0) * products) / (count * width * width)
        offset[c] = (-(factor[c] ?? 0) * (sums.plain[c] ?? 0)) / count - (pull[c] ?? 0) * (batchMean[c] ?? 0)
      }
      matrices.scaleRows(count, { x: dy, scale: factor, shift: offset, y: dx })
      matrices.addScaledRows(count, { x: seen, scale: pull, y: dx })
      return dx
    },
  }
}
