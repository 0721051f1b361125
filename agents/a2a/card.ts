/** The agent card: who this agent is, what it can do, how it is reached and let in, signed so that nobody can put another in its place. */
import { AgentCard, type AgentInterface, generateAgentCardSignature, type SecurityScheme } from '@a2a-js/sdk'
import type { Catalogue } from '../../tools/invocation.ts'
import type { SigningKey } from './signing-key.ts'
import { skillsOf } from './skills.ts'

export interface CardGround {
  readonly catalogue: Catalogue
  /** Address of this server, without a slash at the end. */
  readonly url: string
  readonly version: string
  /** True where nobody comes in without a token. */
  readonly needsToken: boolean
  /** The issuer of tokens, where one is configured. */
  readonly oauthIssuer?: string | undefined
  readonly key: () => Promise<SigningKey>
}

/** As JSON; made anew when the tools change. */
export function createCard(ground: CardGround): () => Promise<string> {
  let made: { readonly revision: number; readonly text: Promise<string> } | undefined
  return () => {
    const { revision } = ground.catalogue
    if (made?.revision === revision) return made.text
    const text = signedCard(ground)
    made = { revision, text }
    text.catch(() => {
      made = undefined
    })
    return text
  }
}

async function signedCard(ground: CardGround): Promise<string> {
  const { url } = ground
  const key = await ground.key()
  const sign = generateAgentCardSignature(key.privateKey, { alg: 'ES256', typ: 'JOSE', kid: key.kid, jku: `${url}/.well-known/jwks.json` })
  return JSON.stringify(AgentCard.toJSON(await sign(cardOf(ground))))
}

function cardOf({ catalogue, url, version, needsToken, oauthIssuer }: CardGround): AgentCard {
  const schemes = securitySchemes(oauthIssuer)
  return {
    name: 'Millrace',
    description:
      'Data, machine learning and documents in one place: loads and checks data, trains and deploys models, watches them, and answers questions from documents with citations. Changes to what is live wait for a person.',
    supportedInterfaces: [interfaceOf(url, 'JSONRPC'), interfaceOf(url, 'HTTP+JSON')],
    provider: { organization: 'Millrace', url },
    version,
    documentationUrl: `${url}/docs`,
    capabilities: { streaming: true, pushNotifications: true, extendedAgentCard: false, extensions: [] },
    securitySchemes: schemes,
    securityRequirements: needsToken ? Object.keys(schemes).map((name) => ({ schemes: { [name]: { list: [] } } })) : [],
    defaultInputModes: ['text/plain', 'application/json'],
    defaultOutputModes: ['text/plain', 'application/json'],
    skills: skillsOf(catalogue.list()),
    signatures: [],
  }
}

const interfaceOf = (url: string, protocolBinding: string): AgentInterface => ({
  url: `${url}/a2a`,
  protocolBinding,
  protocolVersion: '1.0',
  tenant: '',
})

function securitySchemes(oauthIssuer: string | undefined): Record<string, SecurityScheme> {
  const description = 'An access token of this installation, made with `millrace token`.'
  const bearer: SecurityScheme = { scheme: { $case: 'httpAuthSecurityScheme', value: { scheme: 'Bearer', bearerFormat: '', description } } }
  if (oauthIssuer === undefined) return { bearer }
  const openIdConnectUrl = `${oauthIssuer.replace(/\/+$/, '')}/.well-known/openid-configuration`
  const words = 'Or an access token of this issuer, with this server as its audience.'
  return { bearer, oidc: { scheme: { $case: 'openIdConnectSecurityScheme', value: { openIdConnectUrl, description: words } } } }
}
