/** From a request to its caller: a bearer token (ours or an OAuth issuer's), the session of this server's own page, or (in `local` mode) the machine's owner. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Caller } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import type { Identity } from '../../platform/identity/identity.ts'
import type { OAuth } from './oauth.ts'
import { HttpFault } from './problem.ts'
import { checkOrigin, fromOwnPage } from './same-origin.ts'
import type { Sessions } from './sessions.ts'

export type AuthMode = 'local' | 'token'

export interface Callers {
  /** Refuses foreign pages, names and (in `local` mode) machines. Every request passes it first, those without a caller too. */
  guard(req: IncomingMessage): void
  /** Throws `unauthenticated`. Call `guard` before. */
  identify(req: IncomingMessage): Promise<Caller>
  /** The same caller for a program that speaks MCP: never a person, so the policy asks before it changes anything. */
  identifyAgent(req: IncomingMessage): Promise<Caller>
}

export function createCallers(options: {
  readonly mode: AuthMode
  readonly identity: Identity
  readonly sessions: Sessions
  /** Undefined: any Host. */
  readonly hosts: ReadonlySet<string> | undefined
  readonly terminalToken: string
  /** Absent: only our own tokens are taken. */
  readonly oauth?: OAuth | undefined
}): Callers {
  const { mode, identity, sessions, hosts, oauth } = options
  const terminal = digest(options.terminalToken)

  const bearer = async (req: IncomingMessage, authorization: string, channel: 'http' | 'mcp'): Promise<Caller> => {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
    if (token === undefined) throw new Fault('unauthenticated', 'The Authorization header is not of the form "Bearer TOKEN". Correct it.')
    if (timingSafeEqual(digest(token), terminal) && isLoopback(req.socket.remoteAddress)) return terminalOwner(req)
    return oauth?.reads(token) ? oauth.identify(req, token, channel) : identity.fromToken(token, channel)
  }

  const session = async (req: IncomingMessage): Promise<Caller | undefined> => {
    const found = sessions.find(req.headers)
    if (found === undefined) return undefined
    const channel = fromOwnPage(req.headers) ? 'browser' : 'http'
    return found.token === undefined ? identity.owner(channel) : identity.fromToken(found.token, channel)
  }

  const find = async (req: IncomingMessage): Promise<Caller> => {
    const { authorization } = req.headers
    if (authorization !== undefined) return bearer(req, authorization, 'http')
    const person = await session(req)
    if (person !== undefined) return person
    if (mode === 'local') return identity.owner('http')
    throw new Fault(
      'unauthenticated',
      'This server wants a token. Send "Authorization: Bearer TOKEN"; `npx millrace token create --name NAME --kind person` makes one.',
    )
  }

  /** Where tokens of an issuer are taken, who is refused is told where to get one. */
  const challenged = async (req: IncomingMessage, work: () => Promise<Caller>): Promise<Caller> => {
    try {
      return await work()
    } catch (error) {
      if (!oauth || !(error instanceof Fault) || error instanceof HttpFault || error.code !== 'unauthenticated') throw error
      throw oauth.challenge(req, error, { invalid: req.headers.authorization !== undefined })
    }
  }

  return {
    guard: (req) => {
      if (mode === 'local' && !isLoopback(req.socket.remoteAddress))
        throw new Fault('not_allowed', 'This server serves its own machine only. Set MILLRACE_AUTH=token to serve others.')
      checkOrigin(req.headers, hosts, req.method)
    },
    identify: (req) => challenged(req, () => find(req)),
    identifyAgent: async (req) => {
      const { authorization } = req.headers
      const caller = await challenged(req, () => {
        if (authorization !== undefined) return bearer(req, authorization, 'mcp')
        // A client that would be let in as the owner never asks its person for a token.
        if (oauth)
          throw new Fault('unauthenticated', 'This MCP endpoint wants an access token. The WWW-Authenticate header says from whom.')
        return find(req)
      })
      return { ...caller, kind: 'agent', channel: 'mcp' }
    },
  }
}

/** Whoever can read the data folder on this machine owns the installation and all of its workspaces, also in `token` mode. */
function terminalOwner(req: IncomingMessage): Caller {
  const meant = req.headers['millrace-workspace'] ?? 'default'
  if (typeof meant !== 'string' || !/^[\w.@ -]{1,64}$/.test(meant))
    throw new Fault('usage', 'The header Millrace-Workspace does not name a workspace. Write its name, or leave the header out.')
  return { id: 'local:owner', name: 'owner', kind: 'person', role: 'admin', workspace: meant, channel: 'terminal' }
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest()

export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address))
}
