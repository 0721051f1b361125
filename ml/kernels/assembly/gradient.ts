// First and second derivatives of losses, and the update of scores. Pointers are byte offsets into the shared memory.
//
// Scores, targets and weights are float64, a pair (gradient, hessian) is two float32. Two rows a step; `n` is rounded up
// to an even number, so lists have room for one row more. Only +, -, *, / and rounding: JavaScript gives the same bits.

/** Adds and takes away 1.5 * 2^52: what is left is rounded to a whole number, half to even. */
const rounding: f64 = 6755399441055744

/** exp(x), |error| < 2 units in the last place; x is held within ±700 (2^k from bits, e^r by Taylor up to r^12, |r| <= .35). */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  const held = f64x2.max(f64x2.min(x, f64x2.splat(700)), f64x2.splat(-700))
  const k = f64x2.sub(f64x2.add(f64x2.mul(held, f64x2.splat(1.4426950408889634)), f64x2.splat(rounding)), f64x2.splat(rounding))
  const most = f64x2.sub(held, f64x2.mul(k, f64x2.splat(0.6931471803691238)))
  const r = f64x2.sub(most, f64x2.mul(k, f64x2.splat(1.9082149292705877e-10)))
  let p = f64x2.splat(2.08767569878681e-9)
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.505210838544172e-8))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.755731922398589e-7))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.0000027557319223985893))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.0000248015873015873))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.0001984126984126984))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.001388888888888889))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.008333333333333333))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.041666666666666664))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.16666666666666666))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1))
  const exponent = i64x2.shl(i64x2.add(i32x4toI64(k), i64x2.splat(1023)), 52)
  return f64x2.mul(p, exponent)
}

// @ts-ignore: decorator
@inline
function i32x4toI64(k: v128): v128 {
  return i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k))
}

// @ts-ignore: decorator
@inline
function keep(pairs: usize, g: v128, h: v128): void {
  const gs = f32x4.demote_f64x2_zero(g)
  const hs = f32x4.demote_f64x2_zero(h)
  v128.store(pairs, v128.shuffle<f32>(gs, hs, 0, 4, 1, 5))
}

/** Log loss of two classes: p - y and p (1 - p); y is 0 or 1. */
export function logistic(n: i32, scores: usize, target: usize, pairs: usize): void {
  const one = f64x2.splat(1)
  for (let i = 0; i < n; i += 2, scores += 16, target += 16, pairs += 16) {
    const p = f64x2.div(one, f64x2.add(one, exp(f64x2.neg(v128.load(scores)))))
    keep(pairs, f64x2.sub(p, v128.load(target)), f64x2.mul(p, f64x2.sub(one, p)))
  }
}

/**
 * Log loss of many classes. Scores and pairs of class k lie k * `scoreStep` and k * `pairStep` bytes on; y is the class.
 * The hessian carries LightGBM's factor K / (K - 1): the diagonal alone underestimates the curvature.
 */
export function softmax(n: i32, classes: i32, scores: usize, scoreStep: usize, target: usize, pairs: usize, pairStep: usize): void {
  const one = f64x2.splat(1)
  const factor = f64x2.splat(<f64>classes / <f64>(classes - 1))
  for (let i = 0; i < n; i += 2, scores += 16, target += 16, pairs += 16) {
    let top = v128.load(scores)
    for (let k = 1; k < classes; k++) top = f64x2.max(top, v128.load(scores + <usize>k * scoreStep))
    let total = f64x2.splat(0)
    for (let k = 0; k < classes; k++) {
      const share = exp(f64x2.sub(v128.load(scores + <usize>k * scoreStep), top))
      v128.store(pairs + <usize>k * pairStep, share)
      total = f64x2.add(total, share)
    }
    const y = v128.load(target)
    for (let k = 0; k < classes; k++) {
      const at = pairs + <usize>k * pairStep
      const p = f64x2.div(v128.load(at), total)
      const hit = v128.and(f64x2.eq(y, f64x2.splat(<f64>k)), one)
      keep(at, f64x2.sub(p, hit), f64x2.mul(factor, f64x2.mul(p, f64x2.sub(one, p))))
    }
  }
}

/** Squared error: the difference d and 1; where |d| is above `limit` (Huber), ±limit. No limit: Infinity. */
export function squared(n: i32, limit: f64, scores: usize, target: usize, pairs: usize): void {
  const one = f64x2.splat(1)
  for (let i = 0; i < n; i += 2, scores += 16, target += 16, pairs += 16) {
    const difference = f64x2.sub(v128.load(scores), v128.load(target))
    keep(pairs, f64x2.max(f64x2.min(difference, f64x2.splat(limit)), f64x2.splat(-limit)), one)
  }
}

/** Pinball loss: 1 - alpha where the score is above the target, -alpha below, `hit` where it hits; hessian 1. */
export function pinball(n: i32, alpha: f64, hit: f64, scores: usize, target: usize, pairs: usize): void {
  const one = f64x2.splat(1)
  for (let i = 0; i < n; i += 2, scores += 16, target += 16, pairs += 16) {
    const score = v128.load(scores)
    const y = v128.load(target)
    const over = v128.and(f64x2.gt(score, y), f64x2.splat(1 - alpha))
    const under = v128.and(f64x2.lt(score, y), f64x2.splat(-alpha))
    const equal = v128.and(f64x2.eq(score, y), f64x2.splat(hit))
    keep(pairs, f64x2.add(f64x2.add(over, under), equal), one)
  }
}

/** Poisson deviance on the log scale: e^s - y, and e^s times a factor that keeps steps short. */
export function poisson(n: i32, factor: f64, scores: usize, target: usize, pairs: usize): void {
  for (let i = 0; i < n; i += 2, scores += 16, target += 16, pairs += 16) {
    const mean = exp(v128.load(scores))
    keep(pairs, f64x2.sub(mean, v128.load(target)), f64x2.mul(mean, f64x2.splat(factor)))
  }
}

/** pairs *= weights, row by row. */
export function weigh(n: i32, weights: usize, pairs: usize): void {
  for (let i = 0; i < n; i++, weights += 8, pairs += 8) {
    const weight = load<f64>(weights)
    store<f32>(pairs, <f32>(<f64>load<f32>(pairs) * weight))
    store<f32>(pairs + 4, <f32>(<f64>load<f32>(pairs + 4) * weight))
  }
}

/** Adds a leaf's value to the scores of its rows. */
export function addValue(rows: usize, n: i32, value: f64, scores: usize): void {
  const end = rows + ((<usize>n) << 2)
  for (; rows < end; rows += 4) {
    const at = scores + ((<usize>load<u32>(rows)) << 3)
    store<f64>(at, load<f64>(at) + value)
  }
}
