/** Upper tails of the distributions that drift tests compare with. Checked against scipy's digits. */

/** P(|Z| > |z|) of a standard normal. */
export function normalTwoSided(z: number): number {
  return chiSquareTail(z * z, 1)
}

/** P(X > x) of a chi-square with `degrees` of freedom: the regularised upper gamma function Q(degrees / 2, x / 2). */
export function chiSquareTail(x: number, degrees: number): number {
  if (!(x > 0) || degrees <= 0) return 1
  const a = degrees / 2
  const half = x / 2
  return half < a + 1 ? 1 - lowerSeries(a, half) : upperFraction(a, half)
}

/** Series for P(a, x), good for x below a + 1 (Abramowitz and Stegun 6.5.29). */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let k = 1; k < 10_000 && Math.abs(term) > Math.abs(sum) * 1e-17; k++) {
    term *= x / (a + k)
    sum += term
  }
  return sum * Math.exp(-x + a * Math.log(x) - logGamma(a))
}

/** Continued fraction for Q(a, x), good for x above a + 1 (Lentz's method). */
function upperFraction(a: number, x: number): number {
  const tiny = 1e-300
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let fraction = d
  for (let k = 1; k < 10_000; k++) {
    const numerator = -k * (k - a)
    b += 2
    d = 1 / (Math.abs(numerator * d + b) < tiny ? tiny : numerator * d + b)
    c = Math.abs(b + numerator / c) < tiny ? tiny : b + numerator / c
    const change = d * c
    fraction *= change
    if (Math.abs(change - 1) < 1e-16) break
  }
  return fraction * Math.exp(-x + a * Math.log(x) - logGamma(a))
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** ln Γ(a) for a > 0 (Lanczos, g = 7). */
function logGamma(a: number): number {
  if (a < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * a)) - logGamma(1 - a)
  const x = a - 1
  const sum = lanczos.reduce((total, coefficient, index) => (index === 0 ? coefficient : total + coefficient / (x + index)), 0)
  const t = x + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum)
}

/** Pairs of rows up to which the exact law is worked out: some ten milliseconds. */
const exactPairs = 4_000_000

/**
 * P(D >= d) of the two-sample Kolmogorov-Smirnov statistic: exact for small samples, else the law of one sample of the
 * effective size (scipy's `exact` and `asymp`).
 */
export function kolmogorovSmirnovTail(d: number, rows: number, otherRows: number): number {
  const m = Math.max(rows, otherRows)
  const n = Math.min(rows, otherRows)
  if (n === 0 || d <= 0) return 1
  const effective = Math.round((m * n) / (m + n))
  if (m * n <= exactPairs || effective < 140) return exactTail(d, m, n)
  return effective * d * d >= 2.2 ? Math.min(1, 2 * smirnovTail(d, effective)) : Math.min(1, Math.max(0, pelzGoodTail(d, effective)))
}

/**
 * Share of the lattice paths from (0, 0) to (m, n) that leave the band |x/m - y/n| < d (Hodges 1958; the recursion of
 * scipy's _compute_outer_prob_inside_method). `a` holds one column of the band at a time.
 */
function exactTail(d: number, m: number, n: number): number {
  const divisor = gcd(m, n)
  const mg = m / divisor
  const ng = n / divisor
  const h = Math.round(d * mg * n)
  if (h === 0) return 1
  let low = 0
  let high = Math.min(Math.ceil(h / mg), n + 1)
  const a = new Float64Array(Math.min(2 * high + 2, n + 1)).fill(1)
  a.fill(0, low, high)
  for (let i = 1; i <= m; i++) {
    const lastLow = low
    const lastLength = high - low
    low = Math.min(Math.max(Math.floor((ng * i - h) / mg) + 1, 0), n)
    high = Math.min(Math.ceil((ng * i + h) / mg), n + 1)
    if (high <= low) return 1
    let value = low === 0 ? 0 : 1
    for (let j = low; j < high; j++) {
      value = ((a[j - lastLow] ?? 1) * i + value * j) / (i + j)
      a[j - low] = value
    }
    const length = high - low
    if (lastLength > length) a.fill(1, length, lastLength)
  }
  return a[high - low - 1] ?? 1
}

function gcd(left: number, right: number): number {
  return right === 0 ? left : gcd(right, left % right)
}

/** P(D+ >= d) of the one-sided statistic (Smirnov's sum); all terms are positive, so nothing is lost far in the tail. */
function smirnovTail(d: number, n: number): number {
  if (n > 200_000) return Math.exp(-2 * (Math.sqrt(n) * d + 1 / (6 * Math.sqrt(n))) ** 2)
  let logChoose = 0
  let sum = 0
  for (let j = 0; j <= Math.floor(n * (1 - d)); j++) {
    if (j > 0) logChoose += Math.log((n - j + 1) / j)
    const rest = 1 - d - j / n
    if (rest > 0 || j === n) sum += Math.exp(logChoose + (j - 1) * Math.log(d + j / n) + (n - j) * Math.log(Math.max(rest, 1e-300)))
  }
  return d * sum
}

/** Pelz and Good 1976, as in Simard and L'Ecuyer 2011; for the body of the law, where 1 - F keeps its digits. */
function pelzGoodTail(d: number, n: number): number {
  const z = Math.sqrt(n) * d
  if (z < 0.2) return 1
  const z2 = z * z
  const pi2 = Math.PI ** 2
  const terms = Math.ceil((16 * z) / Math.PI)
  const sums = [0, 0, 0, 0]
  for (let k = terms; k >= 1; k--) {
    const m2 = (2 * k - 1) ** 2
    const weight = Math.exp((-pi2 * m2) / (8 * z2))
    const parts = [
      1,
      -z2 + (pi2 / 4) * m2,
      6 * z2 ** 3 + 2 * z2 ** 2 + ((2 * z2 ** 2 - 5 * z2) * pi2 * m2) / 4 + (pi2 ** 2 * (1 - 2 * z2) * m2 ** 2) / 16,
      -30 * z2 ** 3 -
        90 * z2 ** 4 +
        (pi2 * (135 * z2 ** 2 - 96 * z2 ** 3) * m2) / 4 +
        (pi2 ** 2 * (-60 * z2 + 212 * z2 ** 2) * m2 ** 2) / 16 +
        (pi2 ** 3 * (5 - 30 * z2) * m2 ** 3) / 64,
    ]
    for (let part = 0; part < 4; part++) sums[part] = (sums[part] ?? 0) + (parts[part] ?? 0) * weight
  }
  const root = Math.sqrt(2 * Math.PI)
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = [z, 6 * z ** 4, 72 * z ** 7, 6480 * z ** 10].map(
    (scale, part) => ((sums[part] ?? 0) * root) / scale,
  )
  let extra2 = 0
  let extra3 = 0
  for (let k = terms; k >= 1; k--) {
    const weight = Math.exp((-pi2 * k * k) / (2 * z2))
    extra2 += k * k * weight
    extra3 += (3 * z2 - pi2 * k * k) * k * k * weight
  }
  const second = k2 - (extra2 * pi2 * root) / (36 * z ** 3)
  const third = k3 + (extra3 * pi2 * root) / (216 * z ** 6)
  return 1 - (k0 + k1 / Math.sqrt(n) + second / n + third / n ** 1.5)
}
