/** The key of this installation that signs its agent card: made once, kept in the data folder, its public half served to everybody. */
import { createHash, generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'

const keySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})

export interface SigningKey {
  /** RFC 7638: the key's own thumbprint. */
  readonly kid: string
  readonly privateKey: JsonWebKey & { readonly kty: string }
  readonly publicKey: Readonly<Record<string, string>>
}

/** Reads the key, or makes it where there is none. Throws `internal` naming a file that holds something else. */
export async function signingKey(file: string): Promise<SigningKey> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  if (!existsSync(file)) await putInPlace(file, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }))
  const parsed = keySchema.safeParse(parseJson(await readFile(file, 'utf8')))
  if (!parsed.success)
    throw new Fault('internal', `${file} should hold the key that signs the agent card and does not. Delete it; a new one is made.`)
  const { d, ...point } = parsed.data
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: point.crv, kty: point.kty, x: point.x, y: point.y }))
    .digest('base64url')
  return { kid, privateKey: { ...point, d }, publicKey: { ...point, kid, alg: 'ES256', use: 'sig' } }
}

/** Whole or not at all; of two processes that start at once one is first, and both read what it wrote. */
async function putInPlace(file: string, key: JsonWebKey): Promise<void> {
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, JSON.stringify(key), { mode: 0o600 })
  try {
    await link(draft, file)
  } catch (error) {
    if (!existsSync(file)) throw error
  } finally {
    await rm(draft)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
