/** This server as an OAuth 2.1 resource server (RFC 9728, RFC 6750): whose tokens it takes, and how it says what is missing. */
import type { IncomingMessage } from 'node:http'
import { type Caller, type Channel, hasRole, type Role } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import { type AccessTokens, createAccessTokens } from '../../platform/identity/access-tokens.ts'
import { callerFromClaims, knownScopes, scopeOf } from '../../platform/identity/oauth-caller.ts'
import type { Waist } from '../../tools/waist.ts'
import { HttpFault } from './problem.ts'

export interface OAuthSettings {
  readonly issuer: string
  /** What tokens must be made for. Absent: this server's own address, or that of its /mcp. */
  readonly audience?: string | undefined
  readonly jwks?: string | undefined
}

export interface OAuth {
  /** True for what can only be an access token of the issuer: our own have another form. */
  reads(token: string): boolean
  /** Throws 401 for a token that is not good here, 403 for one whose scopes do not reach what is asked. */
  identify(req: IncomingMessage, token: string, channel: Channel): Promise<Caller>
  /** The same fault, with the header that tells a client where to get a token. */
  challenge(req: IncomingMessage, fault: Fault, known?: { readonly invalid: boolean }): HttpFault
  /** RFC 9728 metadata of this server, or of its MCP endpoint. */
  metadata(path: '' | '/mcp'): Readonly<Record<string, unknown>>
}

export interface OAuthOptions {
  readonly settings: OAuthSettings
  readonly waist: Waist
  /** How clients reach this server. */
  readonly url: string
}

export const metadataPath = '/.well-known/oauth-protected-resource'

export function createOAuth({ settings, waist, url }: OAuthOptions): OAuth {
  const { egress, log, now } = waist.platform
  const tokens: AccessTokens = createAccessTokens({ issuer: settings.issuer, jwks: settings.jwks, egress, log, now })

  const header = (req: IncomingMessage, more: Readonly<Record<string, string>>): string => {
    const resource = isMcp(req) ? '/mcp' : ''
    const parts = { realm: 'millrace', ...more, resource_metadata: `${url}${metadataPath}${resource}` }
    return `Bearer ${Object.entries(parts)
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ')}`
  }
  const challenge: OAuth['challenge'] = (req, fault, known) => {
    const error = known?.invalid ? { error: 'invalid_token', error_description: plain(fault.message) } : {}
    return new HttpFault(401, 'unauthenticated', fault.message, { 'www-authenticate': header(req, { ...error, scope: scopeOf('viewer') }) })
  }
  const requireReach = (req: IncomingMessage, caller: Caller): void => {
    const role = neededRole(req, waist)
    if (role === undefined || hasRole(caller, role)) return
    const words = `This needs the scope '${scopeOf(role)}', and the token of ${caller.name} reaches '${scopeOf(caller.role)}'. Ask its issuer for it.`
    throw new HttpFault(403, 'not_allowed', words, {
      'www-authenticate': header(req, { error: 'insufficient_scope', scope: scopeOf(role) }),
    })
  }

  return {
    reads: (token) => /^[\w-]+\.[\w-]*\.[\w-]*$/.test(token) || token.startsWith('eyJ'),
    identify: async (req, token, channel) => {
      // A token for the MCP endpoint is good there only: it may not be replayed against the rest.
      const audience = settings.audience !== undefined ? [settings.audience] : isMcp(req) ? [`${url}/mcp`, url] : [url]
      try {
        const caller = callerFromClaims(await tokens.verify(token, audience), channel)
        requireReach(req, caller)
        return caller
      } catch (error) {
        if (error instanceof Fault && error.code === 'unauthenticated') throw challenge(req, error, { invalid: true })
        throw error
      }
    },
    challenge,
    metadata: (path) => ({
      resource: `${url}${path}`,
      authorization_servers: [settings.issuer],
      scopes_supported: knownScopes,
      bearer_methods_supported: ['header'],
      resource_name: 'Millrace',
      resource_documentation: `${url}/docs`,
    }),
  }
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?')[0] ?? '/'
const isMcp = (req: IncomingMessage): boolean => pathOf(req) === '/mcp'

/**
 * The role that a request asks for where its head tells: a tool's own path, or the headers in which MCP repeats the body
 * (SEP-2243). Elsewhere the call itself is refused by `invoke`, in the words of its protocol.
 */
function neededRole(req: IncomingMessage, { catalogue }: Waist): Role | undefined {
  const name = isMcp(req) ? mcpTool(req) : req.method === 'POST' ? /^\/api\/tools\/([\w-]+)$/.exec(pathOf(req))?.[1] : undefined
  return name === undefined ? undefined : catalogue.list().find((tool) => tool.name === name.replaceAll('-', '_'))?.role
}

function mcpTool({ headers }: IncomingMessage): string | undefined {
  const { 'mcp-method': method, 'mcp-name': name } = headers
  return method === 'tools/call' && typeof name === 'string' ? name : undefined
}

/** RFC 6750, 3: printable ASCII without quotes and backslashes. */
const plain = (text: string): string => text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'").slice(0, 200)
