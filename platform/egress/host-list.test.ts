import { describe, expect, it } from 'vitest'
import { readHostList } from './host-list.ts'
import { readTarget } from './target.ts'

const includes = (entry: string, address: string): boolean => readHostList([entry]).includes(readTarget(address))

describe('the list of hosts', () => {
  it.each([
    ['wiki.example', 'https://WIKI.example./page', true],
    ['wiki.example', 'http://wiki.example:8080/', true],
    ['wiki.example', 'http://other.wiki.example/', false],
    ['wiki.example:8080', 'http://wiki.example:8080/', true],
    ['wiki.example:8080', 'http://wiki.example/', false],
    ['wiki.example:443', 'https://wiki.example/', true],
    ['*.example.org', 'http://a.b.example.org/', true],
    ['*.example.org', 'http://example.org/', false],
    ['*.example.org', 'http://evil-example.org/', false],
    ['bücher.example', 'http://xn--bcher-kva.example/', true],
    ['127.0.0.1:9', 'http://2130706433:9/', true],
    ['[::1]:9', 'http://[0:0::1]:9/', true],
  ])('%s and %s: %s', (entry, address, expected) => {
    expect(includes(entry, address)).toBe(expected)
  })

  it.each(['*', '*.', '', 'http://a.example', 'a.example/path', 'a b', 'u@a.example', 'a.example:99999', '*.10.0.0.1', '*.*.a.example'])(
    "refuses '%s', naming the variable",
    (entry) => {
      expect(() => readHostList([entry])).toThrow(/MILLRACE_EGRESS_ALLOW/)
    },
  )
})
