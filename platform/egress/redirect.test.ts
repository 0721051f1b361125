import { describe, expect, it } from 'vitest'
import type { Outgoing } from './exchange.ts'
import { redirected } from './redirect.ts'
import { readTarget } from './target.ts'

const asked = (url: string, more: Partial<Outgoing> = {}): Outgoing => ({
  target: readTarget(url),
  method: 'GET',
  headers: { authorization: 'Bearer x', accept: '*/*' },
  body: undefined,
  ...more,
})

describe('a redirect', () => {
  it('from https to http is refused, naming the host', () => {
    const attempt = () => redirected(asked('https://a.example/?token=hunter2'), { status: 302, location: 'http://a.example/' })
    expect(attempt).toThrow(/^a\.example sends on from https to http/)
  })

  it('from http to https of the same host is another origin, so keys stay behind', () => {
    const next = redirected(asked('http://a.example/x'), { status: 301, location: 'https://a.example/x' })
    expect(next).toMatchObject({ target: { port: 443 }, headers: { accept: '*/*' } })
    expect(next?.headers).not.toHaveProperty('authorization')
  })

  it.each([
    ['../other?q=1', 'https://a.example/other?q=1'],
    ['//a.example/y', 'https://a.example/y'],
    ['?page=2', 'https://a.example/docs/x?page=2'],
    [Buffer.from('/größe').toString('latin1'), 'https://a.example/gr%C3%B6%C3%9Fe'],
  ])('to %s is read beside the address it came from', (location, expected) => {
    const next = redirected(asked('https://a.example/docs/x'), { status: 302, location })
    expect(next?.target.url.href).toBe(expected)
    expect(next?.headers).toHaveProperty('authorization')
  })

  it.each([
    [200, '/x'],
    [304, '/x'],
    [300, '/x'],
    [302, undefined],
  ])('is none with status %s and location %s', (status, location) => {
    expect(redirected(asked('https://a.example/'), { status, location })).toBeUndefined()
  })

  it('that carries a password is refused without repeating it', () => {
    const attempt = () => redirected(asked('https://a.example/'), { status: 302, location: 'https://u:hunter2@b.example/' })
    expect(attempt).toThrow(/b\.example carries a user name or password/)
    expect(attempt).not.toThrow(/hunter2/)
  })
})
