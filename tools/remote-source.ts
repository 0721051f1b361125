/** Sources that are addresses: fetched once through the egress client, kept by their digest, then read like a file. */

import { copyFile, link, mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Blobs } from '../platform/blobs.ts'
import { readTarget } from '../platform/egress/target.ts'
import { Fault, type FaultCode } from '../platform/fault.ts'
import { charsetOf } from '../rag/ingestion/formats.ts'
import type { CallTarget, Context } from './tool.ts'

export interface RemoteSource {
  /** A blob, so its name is its digest. Absolute, read only. */
  readonly file: string
  readonly bytes: number
  /** What a browser would save it as. */
  readonly name: string
  /** As it was asked for, without parameters that look like secrets: fit for a document's id and for people. */
  readonly url: string
  /** The media type without parameters, lower case; undefined when the server named none. */
  readonly contentType: string | undefined
  readonly charset: string | undefined
}

export type SourceContext = Pick<Context, 'egress' | 'blobs' | 'signal' | 'step' | 'progress'>

const mostBytes = 64 * 1_048_576
const timeoutMs = 120_000

/** True for an address of any scheme, so that what is no path is never looked for among the files. */
export const isRemote = (source: string): boolean => /^[a-z][a-z0-9+.-]+:\/\/|^(?:data|file|blob|javascript|https?):/i.test(source)

/** For a tool's `targetOf`: where a source that is an address leads. Throws `invalid_input` for one that can't be fetched. */
export const targetOfSource = (source: string): CallTarget | undefined => (isRemote(source) ? readTarget(source) : undefined)

/**
 * The same bytes however often the call is delivered: what was fetched first is journalled. Any status but 2xx is a Fault
 * that names it. The body is at most 64 MB.
 */
export async function fetchSource(context: SourceContext, address: string): Promise<RemoteSource> {
  const { host } = readTarget(address)
  context.progress({ message: `Fetching from ${host}` })
  const fetched = await fetchInto(context, address).catch((error: unknown) => ({ error }))
  const { digest, ...source } = await context.step('fetch', async () => {
    if ('error' in fetched) throw fetched.error
    return fetched
  })
  const { contentType, charset } = source
  return { ...source, file: await context.blobs.path(digest), contentType: contentType ?? undefined, charset: charset ?? undefined }
}

/** As JSON, for the journal. */
interface Fetched {
  readonly digest: string
  readonly bytes: number
  readonly name: string
  readonly url: string
  readonly contentType: string | null
  readonly charset: string | null
}

async function fetchInto({ egress, blobs, signal }: SourceContext, address: string): Promise<Fetched> {
  const { status, headers, body, url } = await egress.request({ url: address, origin: 'caller', maxBytes: mostBytes, timeoutMs, signal })
  if (status < 200 || status > 299) throw refusal(status, readTarget(address).host)
  const type = headers['content-type']?.split(';')[0]?.trim() ?? ''
  return {
    digest: await blobs.put(body),
    bytes: body.length,
    name: nameOf(headers['content-disposition'], url),
    url: withoutSecrets(address),
    contentType: type === '' ? null : type.toLowerCase(),
    charset: charsetOf(headers['content-type']) ?? null,
  }
}

function refusal(status: number, host: string): Fault {
  const next = status === 401 || status === 403 ? 'It may want a login, which Millrace does not have' : 'Check the address in a browser'
  return new Fault(codes[status] ?? 'unavailable', `${host} answered with status ${status} instead of a document. ${next}.`)
}

const codes: Readonly<Record<number, FaultCode>> = { 401: 'not_allowed', 403: 'not_allowed', 404: 'not_found', 410: 'not_found' }

function nameOf(disposition: string | undefined, url: string): string {
  const { pathname, hostname } = new URL(url)
  const [, encoded, quoted] = /filename\*=utf-8''([^;\s]+)|filename="?([^";]+)"?/i.exec(disposition ?? '') ?? []
  const wanted = quoted ?? unescaped(encoded ?? pathname)
  const name = basename(wanted.replaceAll('\\', '/'))
    .replaceAll(/[\p{Cc}\p{Cs}/]/gu, '')
    .replace(/^\.+/, '')
  return (name === '' ? hostname : name).slice(-100)
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const secretName = /^x-(?:amz|goog)-|(?:^|[-_.])(?:auth|credential|key|apikey|pass|password|pwd|secret|sig|signature|token)$/i

/** Names that stay in documents and answers carry no keys: presigned parameters are left out. */
function withoutSecrets(address: string): string {
  const { url } = readTarget(address)
  for (const name of [...url.searchParams.keys()].filter((key) => secretName.test(key))) url.searchParams.delete(name)
  return url.href
}

/** The same bytes under the source's own name, for readers that go by names; gone when it is disposed of. */
export async function underItsName(
  blobs: Blobs,
  { file, name }: Pick<RemoteSource, 'file' | 'name'>,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await blobs.scratch('source')
  const path = join(folder, name)
  await mkdir(folder)
  await link(file, path).catch(() => copyFile(file, path))
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
