import { expect, it } from 'vitest'
import { inSet, packTrees } from './trees.ts'

it('packs a set of more categories than a call takes arguments', () => {
  const levels = Array.from({ length: 300_000 }, (_, code) => String(code))
  const trees = packTrees(
    [
      {
        ...{ feature: [0], threshold: [0], missing: [0], left: [-1], right: [-2], gain: [1], cover: [2], value: [0] },
        ...{ leafCover: [1, 1], leafValue: [0, 1], sets: [[...levels.keys()].slice(0, 299_999)] },
      },
    ],
    1,
    [{ name: 'c', type: 'category', levels }],
  )
  expect([0, 299_998, 299_999].map((code) => inSet(trees, 0, code))).toEqual([true, true, false])
})
