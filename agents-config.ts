/** What agents may do and cost, and which foreign servers they know, from the environment. */
import { resolve } from 'node:path'
import { Fault } from './platform/fault.ts'

interface Variables {
  readonly MILLRACE_POLICY?: string | undefined
  readonly MILLRACE_MCP_SERVERS?: string | undefined
  readonly MILLRACE_MCP_PROFILE?: 'conformance' | undefined
  readonly MILLRACE_MODEL_FALLBACK?: string | undefined
  readonly MILLRACE_MODEL_PRICES?: string | undefined
  readonly MILLRACE_MODEL_WINDOW?: number | undefined
  readonly MILLRACE_BUDGET?: string | undefined
  readonly MILLRACE_MASK_PII?: string | undefined
  readonly MILLRACE_PUBLIC_URL?: string | undefined
  readonly MILLRACE_OAUTH_ISSUER?: string | undefined
  readonly MILLRACE_OAUTH_AUDIENCE?: string | undefined
  readonly MILLRACE_OAUTH_JWKS?: string | undefined
}

/** Defaults of a turn: generous for people, an end for loops. */
const budget = { steps: 20, tokens: 400_000, seconds: 600, usd: 5 }

/** Throws `usage` naming the variable that is wrong. */
export function readAgents(env: Variables, folder: string) {
  return {
    /** A file that replaces the built-in policy. */
    policyFile: env.MILLRACE_POLICY === undefined ? undefined : resolve(folder, env.MILLRACE_POLICY),
    /** A file in the usual form {"mcpServers": {NAME: {command, args, env} | {url, headers}}}. */
    mcpServersFile: env.MILLRACE_MCP_SERVERS === undefined ? undefined : resolve(folder, env.MILLRACE_MCP_SERVERS),
    /** 'conformance': the MCP endpoint also serves the fixtures of the protocol's conformance suite. */
    mcpProfile: env.MILLRACE_MCP_PROFILE,
    fallbackModel: env.MILLRACE_MODEL_FALLBACK,
    prices: readPrices(env.MILLRACE_MODEL_PRICES),
    /** Tokens of a conversation that a hosted model is sent; older turns are summarised. */
    window: env.MILLRACE_MODEL_WINDOW ?? 60_000,
    budget: { ...budget, ...readNumbers('MILLRACE_BUDGET', env.MILLRACE_BUDGET, Object.keys(budget)) },
    /** Personal data in words sent to a hosted model is replaced by placeholders. */
    maskPii: readSwitch('MILLRACE_MASK_PII', env.MILLRACE_MASK_PII),
    /** How clients reach this server, where a proxy stands before it. Without a slash at the end. */
    publicUrl: env.MILLRACE_PUBLIC_URL?.replace(/\/+$/, ''),
    oauth: readOauth(env),
  }
}

/** "0.4,1.6": dollars for a million tokens in, and out. */
function readPrices(value: string | undefined): { readonly input: number; readonly output: number } | undefined {
  if (value === undefined) return undefined
  const [input, output, ...rest] = value.split(',').map(Number)
  if (input === undefined || output === undefined || rest.length > 0 || !(input >= 0) || !(output >= 0))
    throw new Fault('usage', `MILLRACE_MODEL_PRICES is '${value}'. Write dollars for a million tokens in and out, for example 0.4,1.6.`)
  return { input, output }
}

/** "steps=10,seconds=60". */
function readNumbers(variable: string, value: string | undefined, known: readonly string[]): Readonly<Record<string, number>> {
  const parts = (value ?? '').split(',').filter((part) => part.trim() !== '')
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', number = ''] = part.split('=').map((side) => side.trim())
      if (known.includes(name) && Number(number) > 0) return [name, Number(number)]
      throw new Fault(
        'usage',
        `${variable} has '${part.trim()}'. Write NAME=NUMBER with the names ${known.join(', ')} and numbers above 0.`,
      )
    }),
  )
}

function readSwitch(variable: string, value: string | undefined): boolean {
  if (value === undefined || value === 'off') return false
  if (value === 'on') return true
  throw new Fault('usage', `${variable} is '${value}'. Set it to on or off.`)
}

/** The issuer's key set is found through its metadata where no address is given. */
function readOauth(
  env: Variables,
): { readonly issuer: string; readonly audience: string | undefined; readonly jwks: string | undefined } | undefined {
  const { MILLRACE_OAUTH_ISSUER: issuer, MILLRACE_OAUTH_AUDIENCE: audience, MILLRACE_OAUTH_JWKS: jwks } = env
  if (issuer !== undefined) return { issuer, audience, jwks }
  if (audience === undefined && jwks === undefined) return undefined
  throw new Fault(
    'usage',
    'MILLRACE_OAUTH_AUDIENCE and MILLRACE_OAUTH_JWKS need MILLRACE_OAUTH_ISSUER, the address of who signs the tokens.',
  )
}
