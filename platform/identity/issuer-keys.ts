/**
 * The public keys of the one issuer this installation believes, fetched through egress and kept. A token with an unknown key
 * id makes them be fetched again, at most twice a minute, so that rotated keys are found and forged ids cost nothing.
 */
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import type { Egress } from '../egress/egress.ts'
import { Fault } from '../fault.ts'
import type { Log } from '../platform.ts'

export interface IssuerKeysOptions {
  readonly issuer: string
  /** Address of the key set; absent: found through the issuer's metadata (RFC 8414, or OpenID discovery). */
  readonly jwks?: string | undefined
  readonly egress: Egress
  readonly log: Log
  readonly now: () => Date
}

export interface IssuerKeys {
  /** The set as it is known now. Throws `unavailable` when it never came. */
  current(): Promise<JWTVerifyGetKey>
  /** A newer set, or undefined where it is too early to ask again, or nothing newer came. */
  newer(): Promise<JWTVerifyGetKey | undefined>
}

/** A key taken back by its issuer is honoured at most this long. */
const freshMs = 10 * 60_000
/** How long an issuer may be away before its tokens are refused. */
const staleMs = 60 * 60_000
const pauseMs = 30_000
const mostBytes = 256 * 1024

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) })
const metadata = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) })

interface Known {
  readonly keys: JWTVerifyGetKey
  readonly at: number
}

export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { issuer, log, now } = options
  let known: Known | undefined
  let asked = Number.NEGATIVE_INFINITY
  let asking: Promise<Known | undefined> | undefined

  const ask = async (): Promise<Known | undefined> => {
    try {
      known = { keys: await fetchKeys(options), at: now().getTime() }
      return known
    } catch (error) {
      log.warn({ issuer, error }, "The issuer's keys could not be fetched.")
      return undefined
    }
  }
  /** One request at a time, whoever asks, and a pause after each. */
  const refresh = (): Promise<Known | undefined> => {
    if (asking) return asking
    if (now().getTime() - asked < pauseMs) return Promise.resolve(undefined)
    asked = now().getTime()
    asking = ask().finally(() => {
      asking = undefined
    })
    return asking
  }
  const within = (ms: number): boolean => known !== undefined && now().getTime() - known.at < ms

  return {
    current: async () => {
      if (!within(freshMs)) await refresh()
      if (known && within(staleMs)) return known.keys
      throw new Fault('unavailable', `The keys of ${issuer} cannot be fetched, so its tokens cannot be checked. Try again in a minute.`)
    },
    newer: async () => (await refresh())?.keys,
  }
}

async function fetchKeys(options: IssuerKeysOptions): Promise<JWTVerifyGetKey> {
  const { keys } = keySet.parse(await fetchJson(options.egress, options.jwks ?? (await findKeys(options))))
  // Only what verifies: a set may hold keys of other kinds, and secret ones must never be used.
  return createLocalJWKSet({ keys: keys.filter(({ kty }) => kty === 'RSA' || kty === 'EC' || kty === 'OKP') })
}

/** An issuer whose metadata names another one is not believed (RFC 8414, 3.3). */
async function findKeys({ issuer, egress }: IssuerKeysOptions): Promise<string> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
  for (const place of new Set(places)) {
    const found = metadata.safeParse(await fetchJson(egress, place).catch(() => undefined))
    if (found.success && found.data.issuer === issuer) return found.data.jwks_uri
  }
  throw new Fault('unavailable', `${issuer} publishes no metadata that names it and its keys. Set MILLRACE_OAUTH_JWKS.`)
}

async function fetchJson(egress: Egress, url: string): Promise<unknown> {
  const { status, body } = await egress.request({
    url,
    headers: { accept: 'application/json' },
    signal: new AbortController().signal,
    timeoutMs: 5_000,
    maxBytes: mostBytes,
    origin: 'configured',
  })
  if (status !== 200) throw new Fault('unavailable', `${new URL(url).host} answers ${status} where its keys should be.`)
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
}
