/** Trials of a search, drawn by their shape. */
import { describe, expect, it } from 'vitest'
import { shapeOf } from './shape.ts'

describe('a search', () => {
  const trials = [0.5, 0.4, 0.7].map((value, i) => ({ params: { C: i + 1, penalty: 'l2' }, value, state: 'finished', run: `r.${i}` }))

  it('is drawn as its values by trial and the best so far', () => {
    const [, lines] = shapeOf({ metric: 'f1', best: { value: 0.7 }, trials })
    expect(lines).toMatchObject({
      kind: 'lines',
      x: 'trial',
      series: [
        { name: 'f1' },
        {
          name: 'best_so_far',
          points: [
            [1, 0.5],
            [2, 0.5],
            [3, 0.7],
          ],
        },
      ],
    })
    const falling = shapeOf({ best: { value: 0.4 }, trials })
    expect(falling.find(({ kind }) => kind === 'lines')).toMatchObject({
      series: [
        {},
        {
          points: [
            [1, 0.5],
            [2, 0.4],
            [3, 0.4],
          ],
        },
      ],
    })
  })

  it('lists trials with their value first and only the parameters that differ', () => {
    expect(shapeOf({ trials })[0]).toMatchObject({ columns: ['value', 'params.C', 'state', 'run'] })
  })

  it('folds many parameters away', () => {
    const params = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`p${i}`, i]))
    expect(shapeOf({ params })).toMatchObject([{ kind: 'section', title: 'params', folded: true }])
  })
})
