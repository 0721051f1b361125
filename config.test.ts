import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

describe('the configuration', () => {
  it('has defaults that need nothing set', () => {
    expect(readConfig({}, '/srv')).toMatchObject({
      port: 7788,
      host: '127.0.0.1',
      home: '/srv/.millrace',
      auth: 'local',
      databaseUrl: undefined,
    })
  })

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', OPENAI_API_KEY: '  ' }).model.openaiKey).toBeUndefined()
  })

  it.each([
    [{ PORT: 'many' }, /PORT/],
    [{ MILLRACE_AUTH: 'open' }, /MILLRACE_AUTH/],
    [{ MILLRACE_EGRESS_ALLOW: 'a.example, http://b.example/x' }, /MILLRACE_EGRESS_ALLOW: 'http:\/\/b\.example\/x' is no host/],
    [{ DATABASE_URL: 'mysql://x' }, /DATABASE_URL: expected postgres/],
    [{ HOST: '0.0.0.0' }, /HOST 0\.0\.0\.0 is reachable.*'token'/],
  ])('refuses %o with a sentence that names it', (variables, sentence) => {
    expect(() => readConfig(variables)).toThrow(sentence)
  })

  it('takes the list of hosts apart', () => {
    expect(readConfig({ MILLRACE_EGRESS_ALLOW: ' wiki.example:8080, *.example.org ,' }).egressAllow).toEqual([
      'wiki.example:8080',
      '*.example.org',
    ])
  })

  it('opens a host beyond loopback only with tokens', () => {
    expect(readConfig({ HOST: '0.0.0.0', MILLRACE_AUTH: 'token' }).host).toBe('0.0.0.0')
  })
})
