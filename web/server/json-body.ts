/** A request's body as JSON, read here rather than by a general parser: the limit, the media type and the place of a mistake. */
import type { IncomingMessage } from 'node:http'
import { jsonErrorPlace } from './json-place.ts'
import { HttpFault } from './problem.ts'

/** Deeper nesting than this is an attack on recursive code, not an input. */
const deepest = 128

/** An absent body is `{}`. Throws 413 over `limit` bytes, 415 for another media type, 400 for what is not JSON. */
export async function readJson(req: IncomingMessage, limit: number): Promise<unknown> {
  const announced = Number(req.headers['content-length'] ?? Number.NaN)
  if (announced === 0 || (Number.isNaN(announced) && req.headers['transfer-encoding'] === undefined)) return {}
  const wrongType = mediaTypeFault(req)
  const bytes = announced > limit * drained ? undefined : await readBytes(req, limit)
  if (bytes === undefined) throw tooLarge(limit)
  if (bytes.length === 0) return {}
  if (wrongType !== undefined) throw wrongType
  return parse(bytes)
}

/** How many times the limit is read and thrown away before the connection is cut: a client that is still writing cannot read. */
const drained = 4

function readBytes(req: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else if (size > limit * drained) resolve(undefined)
    })
    req.on('end', () => resolve(size > limit ? undefined : Buffer.concat(chunks)))
    req.on('error', reject)
    req.on('close', () => {
      if (!req.complete) reject(new HttpFault(400, 'usage', 'The request ended before its body was complete. Send it again.'))
    })
  })
}

function mediaTypeFault(req: IncomingMessage): HttpFault | undefined {
  const type = (req.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const encoding = req.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    return new HttpFault(415, 'usage', `Content-Encoding '${encoding}' is not read here. Send the body uncompressed.`)
  if (type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)) return undefined
  const found = type === '' ? 'no Content-Type' : `Content-Type '${type}'`
  return new HttpFault(415, 'usage', `The body came with ${found}. Send JSON with Content-Type: application/json.`)
}

function parse(bytes: Buffer): unknown {
  const text = decode(bytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const place = jsonErrorPlace(text)
    const where = place === undefined ? '' : ` at line ${place.line}, column ${place.column}`
    throw new HttpFault(400, 'usage', `The body is not JSON${where}: ${error instanceof Error ? error.message : 'it cannot be parsed'}.`)
  }
  // A level takes two characters, so short bodies need no walk.
  if (text.length > 2 * deepest && isTooDeep(value, deepest))
    throw new HttpFault(400, 'usage', `The body is nested deeper than ${deepest} levels. Flatten it.`)
  return value
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new HttpFault(400, 'usage', 'The body is not UTF-8. Encode the JSON as UTF-8.')
  }
}

/** Whether records and lists are nested deeper than `most` levels. Level by level, so that the check itself does not recurse. */
export function isTooDeep(value: unknown, most: number): boolean {
  let level = [value].filter(isContainer)
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= most) return true
    level = level.flatMap((inner) => Object.values(inner)).filter(isContainer)
  }
  return false
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null

function tooLarge(limit: number): HttpFault {
  const words = `The body is larger than ${limit.toLocaleString('en')} bytes. Send less, or put the data in a file and name its path.`
  return new HttpFault(413, 'too_large', words, { connection: 'close' })
}
