import { describe, expect, it } from 'vitest'
import { adjustedRandIndex, type Clustered, calinskiHarabasz, daviesBouldin, silhouette } from './clustering.ts'
import { seededRandom } from './seeded-random.ts'

/** 60 rows in three clouds; the numbers below are scikit-learn's of the same formula. */
function clouds(label: (row: number) => number): Clustered {
  const values = Float64Array.from({ length: 180 }, (_, at) => {
    const i = Math.floor(at / 3)
    const c = i % 3
    if (at % 3 === 0) return (c === 1 ? 4 : 0) + Math.sin(i * 1.7)
    return at % 3 === 1 ? (c === 2 ? 3 : 0) + Math.cos(i * 2.3) : (c === 0 ? 2 : 0) + Math.sin(i * 0.9) * Math.cos(i)
  })
  return { width: 3, values, labels: Int32Array.from({ length: 60 }, (_, i) => label(i)) }
}

describe('measures of clusters', () => {
  it('have the digits of scikit-learn for clusters that fit', () => {
    const found = clouds((i) => i % 3)
    expect(silhouette(found)).toBeCloseTo(0.6158971538511032, 12)
    expect(calinskiHarabasz(found)).toBeCloseTo(147.16376187392765, 9)
    expect(daviesBouldin(found)).toBeCloseTo(0.5547546926128114, 12)
  })

  it('have the digits of scikit-learn for clusters that do not', () => {
    const found = clouds((i) => i % 4)
    expect(silhouette(found)).toBeCloseTo(-0.06888578830824552, 12)
    expect(calinskiHarabasz(found)).toBeCloseTo(0.033337327438855174, 12)
    expect(daviesBouldin(found)).toBeCloseTo(238.4992042927002, 6)
  })

  it('do not care what clusters are called, nor whether numbers are left out', () => {
    const plain = clouds((i) => i % 3)
    const renamed = clouds((i) => [70, 4, 12][i % 3] ?? 0)
    for (const measure of [silhouette, calinskiHarabasz, daviesBouldin]) expect(measure(renamed)).toBeCloseTo(measure(plain), 12)
  })

  it('are undefined for one cluster and for as many as rows', () => {
    for (const label of [() => 0, (i: number) => i])
      for (const measure of [silhouette, calinskiHarabasz, daviesBouldin]) expect(measure(clouds(label))).toBeNaN()
  })

  it('take the silhouette of many rows from a sample that is the same every time', () => {
    const random = seededRandom(1)
    const labels = Int32Array.from({ length: 9000 }, (_, i) => i % 2)
    const many = { width: 1, values: Float64Array.from(labels, (label) => 4 * label + random()), labels }
    expect(silhouette(many)).toBe(silhouette(many))
    expect(silhouette(many)).toBeCloseTo(silhouette(many, 5), 2)
    expect(silhouette(many)).toBeGreaterThan(0.85)
  })
})

describe('the adjusted Rand index', () => {
  const codes = (code: (row: number) => number): Int32Array => Int32Array.from({ length: 60 }, (_, i) => code(i))

  it('has the digits of scikit-learn', () => {
    expect(
      adjustedRandIndex(
        codes((i) => i % 3),
        codes((i) => i % 4),
      ),
    ).toBeCloseTo(-0.04240282685512368, 12)
    expect(
      adjustedRandIndex(
        codes((i) => i % 3),
        codes((i) => Math.min(i % 3, i % 5)),
      ),
    ).toBeCloseTo(0.47716428084526247, 12)
  })

  it('is 1 for the same groups under other names', () => {
    expect(
      adjustedRandIndex(
        codes((i) => i % 3),
        codes((i) => 9 - (i % 3)),
      ),
    ).toBe(1)
    expect(
      adjustedRandIndex(
        codes(() => 0),
        codes(() => 5),
      ),
    ).toBe(1)
  })
})
