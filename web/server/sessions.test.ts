import { describe, expect, it } from 'vitest'
import { createSessions } from './sessions.ts'

const pair = (cookie: string): { cookie: string } => ({ cookie: `theme=dark; ${cookie.split(';')[0]}` })

describe('browser sessions', () => {
  it('are found by their cookie, which scripts and other sites cannot use', () => {
    const sessions = createSessions({ port: 1 })
    const cookie = sessions.open({ token: 't', secure: true })
    expect(cookie).toMatch(/^millrace_1=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/)
    expect(sessions.find(pair(cookie))?.token).toBe('t')
    expect(sessions.find({ cookie: 'millrace_1=guess' })).toBeUndefined()
    expect(sessions.find({ cookie: pair(cookie).cookie.replace('millrace_1', 'millrace_2') })).toBeUndefined()
    expect(sessions.find({})).toBeUndefined()
  })

  it('end when they are closed and after twelve hours', () => {
    let now = 0
    const sessions = createSessions({ port: 1, now: () => now })
    const closed = pair(sessions.open({ secure: false }))
    expect(sessions.close(closed)).toContain('Max-Age=0')
    expect(sessions.find(closed)).toBeUndefined()
    const old = pair(sessions.open({ secure: false }))
    now = 12 * 3600 * 1000
    expect(sessions.find(old)).toBeUndefined()
  })

  it('make room for new ones by ending the oldest', () => {
    const sessions = createSessions({ port: 1 })
    const oldest = pair(sessions.open({ secure: false }))
    for (let opened = 0; opened < 1000; opened++) sessions.open({ secure: false })
    expect(sessions.find(oldest)).toBeUndefined()
  })
})
