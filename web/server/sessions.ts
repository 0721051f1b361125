/** Browser sessions: a random cookie that only this server's own pages can send back, known only in memory. */
import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

interface Session {
  /** The token it was opened with, checked again now and then so that a revoked one ends the session; absent: the local owner. */
  readonly token?: string
  readonly until: number
}

export interface Sessions {
  /** Returns the value of the Set-Cookie header. */
  open(session: { readonly token?: string; readonly secure: boolean }): string
  find(headers: IncomingHttpHeaders): Session | undefined
  /** Forgets the session that came with these headers; returns the Set-Cookie header that clears it. */
  close(headers: IncomingHttpHeaders): string
}

const lifetimeSeconds = 12 * 3600
/** Sessions cost memory and anyone on this machine can open one: the oldest makes room. */
const most = 1000

/** Browsers share cookies between ports of a host, so the port is part of the name. */
export function createSessions(options: { readonly port: number; readonly now?: () => number }): Sessions {
  const name = `millrace_${options.port}`
  const now = options.now ?? Date.now
  const sessions = new Map<string, Session>()
  const cookie = (value: string, seconds: number, secure: boolean): string =>
    `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure ? '; Secure' : ''}`

  return {
    open: ({ token, secure }) => {
      const id = randomBytes(32).toString('base64url')
      for (const oldest of sessions.keys()) {
        if (sessions.size < most) break
        sessions.delete(oldest)
      }
      sessions.set(id, { until: now() + lifetimeSeconds * 1000, ...(token === undefined ? {} : { token }) })
      return cookie(id, lifetimeSeconds, secure)
    },
    find: (headers) => {
      const id = cookieOf(headers, name)
      const session = id === undefined ? undefined : sessions.get(id)
      if (id === undefined || session === undefined) return undefined
      if (session.until > now()) return session
      sessions.delete(id)
      return undefined
    },
    close: (headers) => {
      const id = cookieOf(headers, name)
      if (id !== undefined) sessions.delete(id)
      return cookie('', 0, false)
    },
  }
}

function cookieOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  if (headers.cookie === undefined) return undefined
  for (const part of headers.cookie.split(';')) {
    const at = part.indexOf('=')
    if (part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}
