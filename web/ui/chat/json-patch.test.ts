/** Checked against fast-json-patch on the cases of RFC 6902, appendix A. */
import fastJsonPatch from 'fast-json-patch'
import { describe, expect, it } from 'vitest'
import { applyPatch } from './json-patch.ts'

const cases: readonly { readonly document: unknown; readonly patch: readonly fastJsonPatch.Operation[] }[] = [
  { document: { foo: 'bar' }, patch: [{ op: 'add', path: '/baz', value: 'qux' }] },
  { document: { foo: ['bar', 'baz'] }, patch: [{ op: 'add', path: '/foo/1', value: 'qux' }] },
  { document: { baz: 'qux', foo: 'bar' }, patch: [{ op: 'remove', path: '/baz' }] },
  { document: { foo: ['bar', 'qux', 'baz'] }, patch: [{ op: 'remove', path: '/foo/1' }] },
  { document: { baz: 'qux', foo: 'bar' }, patch: [{ op: 'replace', path: '/baz', value: 'boo' }] },
  {
    document: { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    patch: [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
  },
  { document: { foo: ['all', 'grass', 'cows', 'eat'] }, patch: [{ op: 'move', from: '/foo/1', path: '/foo/3' }] },
  { document: { foo: ['bar'] }, patch: [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }] },
  { document: { '/': 9, '~1': 10 }, patch: [{ op: 'replace', path: '/~01', value: 11 }] },
  { document: { a: { b: [1] } }, patch: [{ op: 'copy', from: '/a/b', path: '/c' }] },
  {
    document: { a: [{ n: 1 }] },
    patch: [
      { op: 'test', path: '/a', value: [{ n: 1 }] },
      { op: 'replace', path: '/a/0/n', value: 2 },
    ],
  },
  { document: { a: 1 }, patch: [{ op: 'replace', path: '', value: [true] }] },
]

describe('a JSON Patch', () => {
  it('gives what the reference library gives, and leaves the document alone', () => {
    for (const { document, patch } of cases) {
      const before = structuredClone(document)
      const expected = fastJsonPatch.applyPatch(structuredClone(document), structuredClone(patch), true).newDocument
      expect(applyPatch(document, patch)).toEqual(expected)
      expect(document).toEqual(before)
    }
  })

  it('is refused whole when one operation cannot be done', () => {
    const refused = [
      [{ op: 'remove', path: '/missing' }],
      [{ op: 'replace', path: '/a/9', value: 1 }],
      [{ op: 'add', path: '/a/01', value: 1 }],
      [{ op: 'test', path: '/a', value: [2] }],
      [{ op: 'add', path: 'a', value: 1 }],
      [{ op: 'move', from: '/a', path: '/a/0' }],
      [{ op: 'spin', path: '/a' }],
      ['nonsense'],
    ]
    for (const patch of refused) expect(() => applyPatch({ a: [1] }, patch), JSON.stringify(patch)).toThrow()
  })

  it('cannot reach a prototype', () => {
    const out = applyPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }])
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(Object.hasOwn(Object(out), '__proto__')).toBe(true)
  })
})
