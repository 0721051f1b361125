import { describe, expect, it } from 'vitest'
import { checkOrigin, fromOwnPage, ownHosts } from './same-origin.ts'

const hosts = ownHosts('127.0.0.1', 7788, ['studio.test', 'other.test:8080'])

describe('the guard against foreign pages', () => {
  it.each([
    [{ host: '127.0.0.1:7788' }],
    [{ host: 'LOCALHOST:7788' }],
    [{ host: '[::1]:7788', origin: 'http://[::1]:7788' }],
    [{ host: 'studio.test:7788', origin: 'https://studio.test:7788' }],
    [{ host: 'other.test:8080' }],
    [{ host: '127.0.0.1:7788', 'sec-fetch-site': 'none' }],
    [{ host: '127.0.0.1:7788', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('lets %j pass', (headers) => {
    expect(() => checkOrigin(headers, hosts)).not.toThrow()
  })

  it.each([
    [{}],
    [{ host: 'attacker.test:7788' }],
    [{ host: '127.0.0.1:7789' }],
    [{ host: '127.0.0.1' }],
    [{ host: '127.0.0.1:7788', origin: 'http://attacker.test' }],
    [{ host: '127.0.0.1:7788', origin: 'http://127.0.0.1:3000' }],
    [{ host: '127.0.0.1:7788', origin: 'http://localhost:7788' }],
    [{ host: '127.0.0.1:7788', origin: 'null' }],
    [{ host: '127.0.0.1:7788', origin: 'file://127.0.0.1:7788' }],
    [{ host: '127.0.0.1:7788', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    [{ host: '127.0.0.1:7788', 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
  ])('refuses %j', (headers) => {
    expect(() => checkOrigin(headers, hosts)).toThrow(expect.objectContaining({ code: 'not_allowed' }))
  })

  it('refuses a form that another site posts, though that is a navigation too', () => {
    const headers = { host: '127.0.0.1:7788', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect(() => checkOrigin(headers, hosts, 'POST')).toThrow()
  })

  it('takes any name when no list is given, but still no foreign page', () => {
    expect(() => checkOrigin({ host: '10.0.0.7:7788' }, undefined)).not.toThrow()
    expect(() => checkOrigin({ host: '10.0.0.7:7788', origin: 'http://attacker.test' }, undefined)).toThrow()
  })

  it('sees the own page in its Origin or in what the browser says of the fetch', () => {
    expect(fromOwnPage({ origin: 'http://127.0.0.1:7788' })).toBe(true)
    expect(fromOwnPage({ 'sec-fetch-site': 'same-origin' })).toBe(true)
    expect(fromOwnPage({ 'sec-fetch-site': 'none' })).toBe(false)
    expect(fromOwnPage({})).toBe(false)
  })
})
