/** A body as a file: streamed to disk and kept as a blob under its digest, which only its sender may name to a tool. */
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Caller } from '../../platform/caller.ts'
import type { Platform } from '../../platform/platform.ts'
import { recordUpload } from '../../platform/uploads.ts'
import { HttpFault } from './problem.ts'

export interface Receiving {
  readonly caller: Caller
  /** Most bytes. */
  readonly limit: number
}

/** Returns the digest. Nothing sees the file until a tool is called with it. Throws 400, 413 and 415. */
export async function receiveFile(req: IncomingMessage, { db, blobs }: Platform, { caller, limit }: Receiving): Promise<string> {
  const encoding = req.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    throw new HttpFault(415, 'usage', `Content-Encoding '${encoding.slice(0, 40)}' is not read here. Send the file as it is.`)
  if (mediaTypeOf(req)?.startsWith('multipart/'))
    throw new HttpFault(415, 'usage', 'A form is not read here. Send the file itself as the body, with its own Content-Type and ?name=.')
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  const file = await blobs.scratch('upload')
  try {
    const bytes = await writeBody(req, file, limit)
    if (bytes === 0) throw new HttpFault(400, 'usage', 'The body is empty. Send the file as the body.')
    const digest = await blobs.adopt(file)
    await recordUpload(db, { workspace: caller.workspace, caller: caller.id, digest }, bytes)
    return digest
  } finally {
    await rm(file, { force: true })
  }
}

async function writeBody(req: IncomingMessage, file: string, limit: number): Promise<number> {
  let bytes = 0
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length
      done(bytes > limit ? tooLarge(limit) : null, chunk)
    },
  })
  try {
    await pipeline(req, counted, createWriteStream(file, { flags: 'wx' }), { end: true })
  } catch (error) {
    if (error instanceof HttpFault) throw error
    if (!req.complete) throw new HttpFault(400, 'usage', 'The request ended before its body was complete. Send it again.')
    throw error
  }
  return bytes
}

/** Without its parameters, in lower case; undefined when there is none. */
export function mediaTypeOf(req: IncomingMessage): string | undefined {
  const type = req.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  return type === '' ? undefined : type
}

/** From `?name=`, else from Content-Disposition (RFC 6266); undefined when neither says. */
export function fileNameOf(req: IncomingMessage, query: URLSearchParams): string | undefined {
  const named = query.get('name') ?? undefined
  if (named !== undefined) return named
  const disposition = req.headers['content-disposition'] ?? ''
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)?.[1]
  if (extended !== undefined) return decoded(extended)
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition) ?? []
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? token
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new HttpFault(400, 'usage', 'The filename in Content-Disposition cannot be decoded. Check its %-escapes.')
  }
}

function tooLarge(limit: number): HttpFault {
  const words = `The file is larger than ${limit.toLocaleString('en')} bytes. Split it, or ingest it from the machine that serves Millrace.`
  return new HttpFault(413, 'too_large', words, { connection: 'close' })
}
