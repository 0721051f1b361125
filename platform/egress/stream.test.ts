import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEgress } from './client.ts'
import type { EgressStream } from './egress.ts'
import { type FarEnd, openFarEnd } from './testing.ts'

const egress = createEgress()
const never = new AbortController().signal
let far: FarEnd
let hungUp = 0

beforeAll(async () => {
  far = await openFarEnd({
    '/drops': (request, response) => {
      request.socket.on('close', () => {
        hungUp += 1
      })
      response.writeHead(200, { 'content-type': 'text/event-stream', 'set-cookie': 'a=b' })
      let count = 0
      const timer = setInterval(() => response.write(`drop ${++count}\n`), 10)
      response.on('close', () => clearInterval(timer))
    },
    '/flood': (_, response) => void response.end(Buffer.alloc(3_000_000)),
    '/silent': () => undefined,
    '/gzip': (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x')),
    '/away': (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    '/cut': (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
      setTimeout(() => response.destroy(), 20)
    },
    '/echo': (request, response) => void request.pipe(response),
  })
})
afterAll(async () => {
  egress.close()
  await far.close()
})

const text = async ({ body }: EgressStream): Promise<string> => {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

test('an answer is read while it comes, and who stops reading ends it', async () => {
  const answer = await egress.stream({
    url: `${far.url}/drops`,
    headers: { host: 'evil.example', cookie: 'c', 'x-key': '1' },
    signal: never,
  })
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } })
  expect(answer.headers['set-cookie']).toBeUndefined()
  const first = await answer.body.next()
  expect(Buffer.from(first.value ?? []).toString()).toContain('drop 1')
  await answer.body.return(undefined)
  await expect.poll(() => hungUp).toBe(1)
  const [asked] = far.asked
  expect(asked?.headers).toMatchObject({ 'x-key': '1', host: new URL(far.url).host, 'accept-encoding': 'identity' })
  expect(asked?.headers.cookie).toBeUndefined()
})

test('a signal ends it also while it is read', async () => {
  const controller = new AbortController()
  const answer = await egress.stream({ url: `${far.url}/drops`, signal: controller.signal })
  await answer.body.next()
  controller.abort()
  await expect(text(answer)).rejects.toMatchObject({ code: 'cancelled' })
})

test('its limits hold: bytes, time until the headers, no compression, no half answers', async () => {
  await expect(text(await egress.stream({ url: `${far.url}/flood`, signal: never, maxBytes: 1_000_000 }))).rejects.toMatchObject({
    code: 'too_large',
  })
  await expect(egress.stream({ url: `${far.url}/silent`, signal: never, timeoutMs: 100 })).rejects.toMatchObject({ code: 'deadline' })
  await expect(egress.stream({ url: `${far.url}/gzip`, signal: never })).rejects.toMatchObject({ code: 'unavailable' })
  await expect(text(await egress.stream({ url: `${far.url}/cut`, signal: never }))).rejects.toMatchObject({ code: 'unavailable' })
  await expect(egress.stream({ url: 'file:///etc/passwd', signal: never })).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(egress.stream({ url: 'http://169.254.169.254.nip.example.invalid/', signal: never })).rejects.toMatchObject({
    code: 'unavailable',
  })
})

test('a redirect is the answer: where it leads nobody was asked to go', async () => {
  const answer = await egress.stream({ url: `${far.url}/away`, method: 'POST', body: '{}', signal: never })
  expect(answer).toMatchObject({ status: 302, headers: { location: 'http://127.0.0.1:1/' } })
  expect(await text(answer)).toBe('')
  expect(await text(await egress.stream({ url: `${far.url}/echo`, method: 'POST', body: 'said', signal: never }))).toBe('said')
})
