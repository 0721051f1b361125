import fastJsonPatch from 'fast-json-patch'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../ml/evaluation/seeded-random.ts'
import { diffJson, pointer } from './json-diff.ts'

/** Any small JSON value, the same for the same chance. */
function anyValue(chance: () => number, depth = 0): unknown {
  const kind = Math.floor(chance() * (depth > 2 ? 4 : 6))
  if (kind === 4) return Array.from({ length: Math.floor(chance() * 4) }, () => anyValue(chance, depth + 1))
  if (kind === 5) return anyRecord(chance, depth + 1)
  return [null, true, Math.floor(chance() * 3), ['a', 'b/~'][Math.floor(chance() * 2)]][kind]
}

function anyRecord(chance: () => number, depth = 0): Record<string, unknown> {
  const keys = ['a', 'b', 'c/~d', ''].filter(() => chance() < 0.6)
  return Object.fromEntries(keys.map((key) => [key, anyValue(chance, depth)]))
}

describe('the difference of two values', () => {
  it('is empty for equal ones, and one operation for one change', () => {
    expect(diffJson({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toEqual([])
    expect(diffJson({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] })).toEqual([{ op: 'replace', path: '/a/1/b', value: 3 }])
    expect(diffJson({ 'a/b~': 1 }, {})).toEqual([{ op: 'remove', path: pointer('a/b~') }])
  })

  it('makes the one of the other, whatever they are', () => {
    const chance = seededRandom(7)
    for (let round = 0; round < 500; round++) {
      const [before, after] = [anyRecord(chance), anyRecord(chance)]
      const patched = fastJsonPatch.applyPatch(structuredClone(before), structuredClone([...diffJson(before, after)]), true).newDocument
      expect(patched).toEqual(after)
    }
  })
})
