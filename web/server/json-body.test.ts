import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../platform/fault.ts'
import { readJson } from './json-body.ts'
import { jsonErrorPlace } from './json-place.ts'
import { problemOf } from './problem.ts'

function request(body: string | Buffer, headers: Record<string, string> = { 'content-type': 'application/json' }): IncomingMessage {
  const req = new IncomingMessage(new Socket())
  Object.assign(req.headers, { 'content-length': String(Buffer.byteLength(body)), ...headers })
  Readable.from([Buffer.from(body)])
    .on('data', (chunk) => req.push(chunk))
    .on('end', () => req.push(null))
  return req
}

async function refusal(req: IncomingMessage, limit = 1000): Promise<string> {
  try {
    await readJson(req, limit)
  } catch (error) {
    if (error instanceof Fault) return `${problemOf(error).status} ${error.message}`
  }
  return 'accepted'
}

describe('a JSON body', () => {
  it('is parsed, and an absent one is an empty object', async () => {
    expect(await readJson(request('{"a":[1,"ü"]}'), 1000)).toEqual({ a: [1, 'ü'] })
    expect(await readJson(request('[]', { 'content-type': 'application/merge-patch+json; charset=utf-8' }), 1000)).toEqual([])
    expect(await readJson(request(''), 1000)).toEqual({})
  })

  it('that is broken is refused with the place of the mistake', async () => {
    expect(await refusal(request('{\n  "a": x\n}'))).toMatch(/^400 .*line 2, column 8/)
    expect(await refusal(request('{"a": '))).toMatch(/^400 .*line 1, column 7/)
    expect(await refusal(request('{"a":1}}'))).toMatch(/^400 .*line 1, column 8/)
  })

  it('over the limit is refused, announced or not', async () => {
    expect(await refusal(request(`"${'x'.repeat(1000)}"`))).toMatch(/^413 /)
    expect(await refusal(request('{}', { 'content-type': 'application/json', 'content-length': '99999999' }))).toMatch(/^413 /)
    const chunked = request(`"${'x'.repeat(1000)}"`, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
    delete chunked.headers['content-length']
    expect(await refusal(chunked)).toMatch(/^413 /)
  })

  it('of another type, encoding or depth is refused', async () => {
    expect(await refusal(request('a=1', { 'content-type': 'application/x-www-form-urlencoded' }))).toMatch(/^415 /)
    expect(await refusal(request('{}', {}))).toMatch(/^415 .*no Content-Type/)
    expect(await refusal(request('{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' }))).toMatch(/^415 /)
    expect(await refusal(request(Buffer.from([0x22, 0xff, 0x22])))).toMatch(/^400 .*UTF-8/)
    expect(await refusal(request('['.repeat(400) + ']'.repeat(400)))).toMatch(/^400 .*deeper/)
  })
})

describe('the place of a mistake in JSON', () => {
  it.each([
    ['{"a": x}', 1, 7],
    ['[1 2]', 1, 4],
    ['{"a":\n1,}', 2, 3],
    ['nul', 1, 4],
    ['{a:1}', 1, 2],
    ['"abc', 1, 5],
    ['[tru]', 1, 5],
  ])('%s', (text, line, column) => {
    expect(jsonErrorPlace(text)).toEqual({ line, column })
  })

  it('is unknown where there is none', () => {
    expect(jsonErrorPlace('{}')).toBeUndefined()
  })
})
