/** Every address names one view, and no address breaks the page. */
import { describe, expect, it } from 'vitest'
import { hrefOf, parseRoute, views } from './router.ts'

describe('the address', () => {
  it('names each view, and comes back the same', () => {
    for (const view of views) {
      expect(parseRoute(hrefOf(view))).toEqual({ view, item: undefined, params: {} })
      const odd = 'a name/with #?%& 水 and 100%'
      expect(parseRoute(hrefOf(view, odd, { dataset: 'a&b=c' }))).toEqual({ view, item: odd, params: { dataset: 'a&b=c' } })
    }
  })

  it('opens the chat when it is empty or unknown', () => {
    for (const hash of ['', '#', '#/', '#/nowhere/x', '#/../etc']) expect(parseRoute(hash).view).toBe('chat')
  })

  it('keeps an item that is badly encoded as it stands', () => {
    expect(parseRoute('#/models/100%').item).toBe('100%')
  })
})
