import { describe, expect, it } from 'vitest'
import { linkOf } from './link.ts'

const origin = 'http://127.0.0.1:7788'
const link = (href: string, words: string) => linkOf(href, words, origin)

describe('a link of an answer', () => {
  it('says where it leads unless its words do', () => {
    expect(link('https://bank.example/login', 'the bank')).toMatchObject({ kind: 'link', place: 'bank.example', false: false })
    expect(link('https://bank.example/login', 'https://bank.example/login')).toMatchObject({ place: '', false: false })
    expect(link('https://bank.example/a?b=c', 'bank.example')).toMatchObject({ place: '', false: false })
    expect(link('mailto:ana@example.org', 'ana@example.org')).toMatchObject({ place: '', false: false })
    expect(link('mailto:eve@evil.example', 'Ana')).toMatchObject({ place: 'eve@evil.example' })
    expect(link('/api/tools', 'tools')).toMatchObject({ place: 'this server' })
  })

  it.each([
    ['another host', 'https://evil.example/', 'https://bank.example/login', 'evil.example'],
    ['a host without its scheme', 'https://evil.example/', 'bank.example', 'evil.example'],
    ['a host before its user', 'https://bank.example@evil.example/', 'https://bank.example@evil.example/', 'evil.example'],
    ['letters of another alphabet', 'https://b\u0430nk.example/', 'https://b\u0430nk.example/', 'xn--bnk-6cd.example'],
    ['the bank where the alphabet is another', 'https://b\u0430nk.example/', 'bank.example', 'xn--bnk-6cd.example'],
    ['another port', 'https://bank.example:8443/', 'bank.example', 'bank.example:8443'],
    ['another mailbox', 'mailto:eve@evil.example', 'ana@example.org', 'eve@evil.example'],
  ])('whose words name %s is told apart', (_, href, words, place) => {
    expect(link(href, words)).toMatchObject({ kind: 'link', place, false: true })
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>1</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:x',
    'tel:1',
  ])('that is %s is none', (href) => {
    expect(link(href, 'here')).toMatchObject({ kind: 'text', note: expect.stringMatching(/link left out$/) })
  })

  it('within a page, or to nowhere, is none', () => {
    expect(link('#x', 'here')).toEqual({ kind: 'text', note: '' })
    expect(link('', 'here')).toEqual({ kind: 'text', note: '' })
    expect(link('http://[', 'here')).toEqual({ kind: 'text', note: 'http://[' })
  })
})
