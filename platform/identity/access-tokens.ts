/** Access tokens of an OAuth 2.1 issuer (RFC 9068): a signature by its keys, for this installation, for now. Nothing else is read from them. */
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { Fault } from '../fault.ts'
import { createIssuerKeys, type IssuerKeysOptions } from './issuer-keys.ts'

export interface AccessTokens {
  /** What the token says. Throws `unauthenticated` saying why, or `unavailable` when the issuer's keys can't be had. */
  verify(token: string, audience: readonly string[]): Promise<JWTPayload>
}

/** Signatures by a private key only: `none` proves nothing, and HS* would take a public key for a secret. */
const algorithms = ['RS256', 'ES256', 'EdDSA']
const clockSkewSeconds = 60
const longest = 8_192
const types = new Set(['at+jwt', 'application/at+jwt', 'jwt', 'application/jwt'])

export function createAccessTokens(options: IssuerKeysOptions): AccessTokens {
  const { issuer, now } = options
  const keys = createIssuerKeys(options)

  const check = async (token: string, audience: readonly string[], set: JWTVerifyGetKey): Promise<JWTPayload> => {
    const { payload, protectedHeader } = await jwtVerify(token, set, {
      algorithms,
      issuer,
      audience: [...audience],
      clockTolerance: clockSkewSeconds,
      currentDate: now(),
      requiredClaims: ['exp', 'sub'],
    })
    // An ID token or a logout token of the same issuer is not for us, whatever it says.
    if (protectedHeader.typ !== undefined && !types.has(protectedHeader.typ.toLowerCase()))
      throw refused(`it is of the type '${brief(protectedHeader.typ)}', not an access token`)
    return payload
  }

  return {
    verify: async (token, audience) => {
      if (token.length > longest) throw refused(`it has ${token.length} characters, more than ${longest}`)
      try {
        return await check(token, audience, await keys.current())
      } catch (error) {
        // Its key may be newer than what is known here.
        const set = isUnknownKey(error) ? await keys.newer() : undefined
        if (set === undefined) throw asRefusal(error)
        return check(token, audience, set).catch((again: unknown) => {
          throw asRefusal(again)
        })
      }
    },
  }
}

const isUnknownKey = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed

/** A sentence that repeats nothing of the token but the name of a claim. */
function asRefusal(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (error instanceof errors.JWTExpired) return refused('it has expired; ask for a new one')
  if (error instanceof errors.JWTClaimValidationFailed) return refused(claims[error.claim] ?? 'one of its claims is missing or wrong')
  if (error instanceof errors.JWKSNoMatchingKey) return refused('its issuer has no such key')
  if (error instanceof errors.JWSSignatureVerificationFailed) return refused("its signature is not the issuer's")
  if (error instanceof errors.JOSEAlgNotAllowed) return refused(`it is not signed with one of ${algorithms.join(', ')}`)
  return refused('it is not a signed token of the form that this server reads')
}

const claims: Readonly<Record<string, string>> = {
  aud: 'it is for another audience',
  iss: 'it is from another issuer',
  nbf: 'it is not valid yet',
  exp: 'it does not say when it expires',
  sub: 'it does not say whose it is',
}

const refused = (why: string): Fault => new Fault('unauthenticated', `The access token is refused: ${why}.`)
const brief = (text: string): string => text.slice(0, 40).replace(/[^\w+/.-]/g, '?')
