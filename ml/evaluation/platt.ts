/**
 * Platt scaling: the sigmoid of a score that fits the answers best, found by Newton steps (Platt 1999; Lin, Lin & Weng 2007).
 * Answers are pulled a little towards the middle, as if one more row of each class had been seen, so that a few rows which
 * happen to be apart do not give a vertical curve.
 */

/** The chance is 1 / (1 + exp(slope · score + intercept)): a slope below 0 where high scores mean yes. */
export interface Sigmoid {
  readonly slope: number
  readonly intercept: number
}

const steps = 100
/** Keeps the Newton matrix invertible where all scores are equal. */
const ridge = 1e-12

/** `positive[row]` is 1 or 0; scores are finite. */
export function fitPlatt(scores: Float64Array, positive: Uint8Array, weights?: Float64Array): Sigmoid {
  const task = { scores, weights, wanted: pulledAnswers(positive, weights) }
  let at: Sigmoid = { slope: 0, intercept: startOf(positive, weights) }
  let loss = lossAt(task, at)
  for (let step = 0; step < steps; step++) {
    const { gradient, curvature } = slopesAt(task, at)
    if (Math.abs(gradient[0]) < 1e-10 && Math.abs(gradient[1]) < 1e-10) break
    const [aa, ab, bb] = curvature
    const determinant = aa * bb - ab * ab
    const down = {
      slope: -(bb * gradient[0] - ab * gradient[1]) / determinant,
      intercept: -(aa * gradient[1] - ab * gradient[0]) / determinant,
    }
    const next = shortened(task, { at, loss, down, decline: gradient[0] * down.slope + gradient[1] * down.intercept })
    if (next === undefined) break
    at = next.at
    loss = next.loss
  }
  return at
}

/** The chance of yes at this score. */
export function sigmoidAt({ slope, intercept }: Sigmoid, score: number): number {
  const z = slope * score + intercept
  return z >= 0 ? Math.exp(-z) / (1 + Math.exp(-z)) : 1 / (1 + Math.exp(z))
}

interface Task {
  readonly scores: Float64Array
  readonly wanted: Float64Array
  readonly weights: Float64Array | undefined
}

function counts(positive: Uint8Array, weights: Float64Array | undefined): { readonly yes: number; readonly no: number } {
  let yes = 0
  let no = 0
  for (let row = 0; row < positive.length; row++) {
    if (positive[row] === 1) yes += weights?.[row] ?? 1
    else no += weights?.[row] ?? 1
  }
  return { yes, no }
}

function pulledAnswers(positive: Uint8Array, weights: Float64Array | undefined): Float64Array {
  const { yes, no } = counts(positive, weights)
  return Float64Array.from(positive, (answer) => (answer === 1 ? (yes + 1) / (yes + 2) : 1 / (no + 2)))
}

function startOf(positive: Uint8Array, weights: Float64Array | undefined): number {
  const { yes, no } = counts(positive, weights)
  return Math.log((no + 1) / (yes + 1))
}

/** Log loss, summed; written so that neither exp overflows. */
function lossAt({ scores, wanted, weights }: Task, { slope, intercept }: Sigmoid): number {
  let sum = 0
  for (let row = 0; row < scores.length; row++) {
    const z = slope * (scores[row] ?? 0) + intercept
    const t = wanted[row] ?? 0
    const part = z >= 0 ? t * z + Math.log1p(Math.exp(-z)) : (t - 1) * z + Math.log1p(Math.exp(z))
    sum += (weights?.[row] ?? 1) * part
  }
  return sum
}

function slopesAt(
  { scores, wanted, weights }: Task,
  at: Sigmoid,
): { readonly gradient: readonly [number, number]; readonly curvature: readonly [number, number, number] } {
  let [a, b, aa, ab, bb] = [0, 0, ridge, 0, ridge]
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] ?? 0
    const weight = weights?.[row] ?? 1
    const p = sigmoidAt(at, score)
    const miss = weight * ((wanted[row] ?? 0) - p)
    const bend = weight * p * (1 - p)
    a += miss * score
    b += miss
    aa += bend * score * score
    ab += bend * score
    bb += bend
  }
  return { gradient: [a, b], curvature: [aa, ab, bb] }
}

interface Descent {
  readonly at: Sigmoid
  readonly loss: number
  readonly down: Sigmoid
  readonly decline: number
}

/** Halves the step until the loss falls enough (Armijo); undefined when no step helps any more. */
function shortened(task: Task, { at, loss, down, decline }: Descent): { readonly at: Sigmoid; readonly loss: number } | undefined {
  for (let share = 1; share > 1e-10; share /= 2) {
    const next = { slope: at.slope + share * down.slope, intercept: at.intercept + share * down.intercept }
    const lower = lossAt(task, next)
    if (lower < loss + 1e-4 * share * decline) return { at: next, loss: lower }
  }
  return undefined
}
