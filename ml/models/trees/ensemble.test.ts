import { expect, it } from 'vitest'
import { applyLink, links } from './ensemble.ts'

it.each(links.filter((link) => link !== 'exp'))('the link %s answers finite numbers for raw scores of any likely size', (link) => {
  for (const raw of [-1000, -1, 0, 1, 1000]) {
    const scores = new Float64Array(2)
    applyLink({ link, sigmoid: 1 }, link === 'sigmoid' ? Float64Array.of(raw) : Float64Array.of(raw, -raw), scores)
    expect(scores.every(Number.isFinite)).toBe(true)
    if (['sigmoid', 'softmax', 'ova'].includes(link)) expect((scores[0] ?? 0) + (scores[1] ?? 0)).toBeCloseTo(1, 12)
    if (link === 'log1p_exp' && raw === 1000) expect(scores[0]).toBe(1000)
  }
})
