/** For tests: an OAuth issuer on this machine, with keys it can rotate and tokens it can be told to get wrong. */
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { type FarEnd, openFarEnd } from '../../egress/testing.ts'

export type KeyAlgorithm = 'RS256' | 'ES256' | 'EdDSA'

export interface TestIssuer {
  /** What it calls itself. */
  readonly url: string
  readonly asked: FarEnd['asked']
  /** The public keys as published, newest last. */
  readonly published: JWK[]
  /** A new key of this kind; its id. The ones before stay published unless `alone`. */
  rotate(algorithm: KeyAlgorithm, options?: { readonly alone?: boolean }): Promise<string>
  /** Signed with the newest key, or the one named. Default claims: iss, sub 'ann', exp in five minutes. */
  sign(claims: Readonly<Record<string, unknown>>, options?: SignOptions): Promise<string>
  /** How its key set is answered. */
  answer(status: number): void
  close(): Promise<void>
}

interface SignOptions {
  readonly key?: string
  /** What the token says of its key. */
  readonly kid?: string
  readonly typ?: string
}

export async function openTestIssuer({ now = () => new Date() }: { readonly now?: () => Date } = {}): Promise<TestIssuer> {
  const pairs = new Map<string, { readonly algorithm: KeyAlgorithm; readonly privateKey: CryptoKey }>()
  const published: JWK[] = []
  const place: { url: string; status: number } = { url: '', status: 200 }
  const far = await openFarEnd({
    '/.well-known/oauth-authorization-server': (_, response) =>
      void response.end(JSON.stringify({ issuer: place.url, jwks_uri: `${place.url}/jwks` })),
    '/jwks': (_, response) => void response.writeHead(place.status).end(JSON.stringify({ keys: published })),
  })
  place.url = far.url
  const rotate: TestIssuer['rotate'] = async (algorithm, { alone = false } = {}) => {
    const kid = `key-${pairs.size + 1}`
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
    if (alone) published.length = 0
    pairs.set(kid, { algorithm, privateKey })
    published.push({ ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' })
    return kid
  }
  await rotate('ES256')
  return {
    url: far.url,
    asked: far.asked,
    published,
    rotate,
    sign: async (claims, { key = [...pairs.keys()].at(-1) ?? '', kid = key, typ = 'at+jwt' } = {}) => {
      const pair = pairs.get(key)
      if (!pair) throw new Error(`There is no key ${key}.`)
      const seconds = Math.floor(now().getTime() / 1000)
      const token = new SignJWT({ iss: far.url, sub: 'ann', iat: seconds, exp: seconds + 300, ...claims })
      return token.setProtectedHeader({ alg: pair.algorithm, kid, typ }).sign(pair.privateKey)
    },
    answer: (status) => {
      place.status = status
    },
    close: far.close,
  }
}
