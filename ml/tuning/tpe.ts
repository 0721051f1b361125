/**
 * The tree-structured Parzen estimator (Bergstra et al. 2011, section 4): the trials so far are split into a good part and
 * the rest, each parameter's values become a density of either part, l and g, and of some values drawn from l the one is
 * tried where l / g is greatest, which is where the expected improvement is.
 */
import type { Params } from '../training/params.ts'
import { type Dimension, isRange, placeOf, type Space, valueAt } from './space.ts'

/** Values drawn from the good density, of which the best is taken. */
const draws = 24
const startTrials = 10
/** The paper's gamma. */
const goodShare = 0.15
const mostGood = 25

/** `history` is best first. The first ten trials are drawn at random. */
export function proposeTpe(space: Space, history: readonly Params[], random: () => number): Params {
  const entries = Object.entries(space)
  if (history.length < startTrials) return Object.fromEntries(entries.map(([name, dimension]) => [name, drawn(dimension, random)]))
  const good = Math.min(mostGood, Math.ceil(goodShare * history.length))
  return Object.fromEntries(
    entries.map(([name, dimension]) => {
      const values = history.map((params) => params[name])
      return [name, proposeOne(dimension, { good: values.slice(0, good), rest: values.slice(good) }, random)]
    }),
  )
}

/** Uniform over the dimension. */
export function drawn(dimension: Dimension, random: () => number): unknown {
  return isRange(dimension) ? valueAt(dimension, random()) : dimension[Math.floor(random() * dimension.length)]
}

interface Split {
  readonly good: readonly unknown[]
  readonly rest: readonly unknown[]
}

function proposeOne(dimension: Dimension, { good, rest }: Split, random: () => number): unknown {
  if (!isRange(dimension)) return proposeChoice(dimension, { good, rest }, random)
  const places = (values: readonly unknown[]): readonly number[] => values.map((value) => placeOf(dimension, Number(value)))
  const l = parzen(places(good))
  const g = parzen(places(rest))
  let best = { place: 0.5, gain: Number.NEGATIVE_INFINITY }
  for (let i = 0; i < draws; i++) {
    const place = l.draw(random)
    const gain = Math.log(l.density(place)) - Math.log(g.density(place))
    if (gain > best.gain) best = { place, gain }
  }
  return valueAt(dimension, best.place)
}

interface Parzen {
  density(place: number): number
  draw(random: () => number): number
}

/**
 * A mixture on [0, 1] of one Gaussian per point, as wide as the greater distance to its neighbours, and a wide one in the
 * middle that stands for not knowing; each cut off at the ends.
 */
function parzen(points: readonly number[]): Parzen {
  const sorted = [...points].sort((a, b) => a - b)
  const least = 1 / Math.min(100, 1 + sorted.length)
  const kernels = sorted.map((centre, i) => {
    const width = Math.max(centre - (sorted[i - 1] ?? 0), (sorted[i + 1] ?? 1) - centre)
    return kernelOf(centre, Math.min(1, Math.max(least, width)))
  })
  kernels.push(kernelOf(0.5, 1))
  return {
    density: (place) => kernels.reduce((sum, kernel) => sum + kernel.density(place), 0) / kernels.length,
    draw: (random) => {
      const kernel = kernels[Math.floor(random() * kernels.length)] ?? kernelOf(0.5, 1)
      for (let i = 0; i < 100; i++) {
        const place = kernel.centre + kernel.width * gaussian(random)
        if (place >= 0 && place <= 1) return place
      }
      return kernel.centre
    },
  }
}

function kernelOf(centre: number, width: number) {
  const inside = normalBelow((1 - centre) / width) - normalBelow(-centre / width)
  const scale = 1 / (width * Math.sqrt(2 * Math.PI) * inside)
  return { centre, width, density: (place: number): number => scale * Math.exp(-((place - centre) ** 2) / (2 * width ** 2)) }
}

/** Choices are drawn in the shares that the good trials had, one more for each; where good / rest is greatest wins. */
function proposeChoice(choices: readonly unknown[], { good, rest }: Split, random: () => number): unknown {
  const names = choices.map((choice) => JSON.stringify(choice))
  const shares = (values: readonly unknown[]): readonly number[] => {
    const counts = names.map(() => 1)
    for (const value of values) {
      const at = names.indexOf(JSON.stringify(value))
      counts[at] = (counts[at] ?? 0) + 1
    }
    return counts.map((count) => count / (values.length + names.length))
  }
  const [l, g] = [shares(good), shares(rest)]
  let best = { at: 0, gain: Number.NEGATIVE_INFINITY }
  for (let i = 0; i < draws; i++) {
    const at = drawShare(l, random)
    const gain = Math.log(l[at] ?? 1) - Math.log(g[at] ?? 1)
    if (gain > best.gain) best = { at, gain }
  }
  return choices[best.at]
}

function drawShare(shares: readonly number[], random: () => number): number {
  let left = random()
  for (const [at, share] of shares.entries()) {
    left -= share
    if (left < 0) return at
  }
  return shares.length - 1
}

/** Box & Muller. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** The normal distribution's share below z (Abramowitz & Stegun 7.1.26, to 1.5e-7). */
function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x)
  return z >= 0 ? 1 - tail / 2 : tail / 2
}
