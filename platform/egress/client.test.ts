import { randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Fault } from '../fault.ts'
import { createLog } from '../telemetry/log.ts'
import { createEgress, type EgressOptions, type OpenEgress } from './client.ts'
import type { EgressRequest } from './egress.ts'
import { readHostList } from './host-list.ts'
import { type FarEnd, openFarEnd } from './testing.ts'

const never = new AbortController().signal
const text = 'a page of text. '.repeat(200)
const megabyte = 1_048_576

const served = new WeakSet<object>()
let far: FarEnd
let other: FarEnd
beforeAll(async () => {
  other = await openFarEnd({ '/': (_, response) => response.end('other') })
  far = await openFarEnd({
    '/': (_, response) => response.writeHead(200, { 'content-type': 'text/plain', 'set-cookie': 'a=b' }).end(text),
    '/gzip': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text)),
    '/deflate': (_, response) => response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateSync(text)),
    '/raw-deflate': (_, response) => response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateRawSync(text)),
    '/br': (_, response) => response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(text)),
    '/odd-encoding': (_, response) => response.writeHead(200, { 'content-encoding': 'constructor' }).end('x'),
    '/damaged': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(randomBytes(5000)).subarray(0, 2000)),
    '/bomb': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64 * megabyte))),
    '/endless': (_, response) => {
      const pour = (): void => {
        while (response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', pour)
      pour()
    },
    '/crumbs': (_, response) => {
      const timer = setInterval(() => response.write('.'), 5)
      response.on('close', () => clearInterval(timer))
    },
    '/silent': () => undefined,
    '/huge': (_, response) => response.writeHead(200, { 'content-length': String(1024 * megabyte) }).write('x'),
    '/headers': (_, response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\n${'x-filler: 0123456789012345678901234567890123456789\r\n'.repeat(5000)}\r\n`)
    },
    '/no-http': (_, response) => void response.socket?.end('SSH-2.0-OpenSSH_9\r\n'),
    '/upgrade': (_, response) =>
      void response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    '/hints': (_, response) => {
      const timer = setInterval(() => response.writeEarlyHints({ link: '</a.css>; rel=preload' }), 5)
      response.on('close', () => clearInterval(timer))
    },
    '/cut': (_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half')
      setTimeout(() => response.socket?.destroy(), 20)
    },
    '/echo': (request, response) => void request.pipe(response),
    '/missing-secret': (_, response) => response.writeHead(418).end(),
    '/port': ({ socket }, response) => response.end(String(socket.remotePort)),
    '/once-a-connection': ({ socket }, response) => {
      if (served.has(socket)) socket.destroy()
      else response.end(String(socket.remotePort))
      served.add(socket)
    },
    '/there': (_, response) => response.writeHead(302, { location: '/?arrived' }).end('on'),
    '/away': (_, response) => response.writeHead(302, { location: `${other.url}/?from=far` }).end(),
    '/away-307': (_, response) => response.writeHead(307, { location: other.url }).end(),
    '/see-other': (_, response) => response.writeHead(303, { location: '/' }).end(),
    '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
    '/metadata': (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    '/inside': (_, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
    '/to-file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    '/to-nothing': (_, response) => response.writeHead(302, { location: 'http://[' }).end(),
  })
})
afterAll(async () => {
  await far.close()
  await other.close()
})

const open: OpenEgress[] = []
afterEach(() => {
  for (const egress of open.splice(0)) egress.close()
})
const egressWith = (options: EgressOptions = {}): OpenEgress => {
  const egress = createEgress(options)
  open.push(egress)
  return egress
}
const configured = (path: string, more: Partial<EgressRequest> = {}, options: EgressOptions = {}) =>
  egressWith(options).request({ url: `${far.url}${path}`, origin: 'configured', signal: never, ...more })
const asCaller = (url: string, options: EgressOptions = {}, more: Partial<EgressRequest> = {}) =>
  egressWith(options).request({ url, origin: 'caller', signal: never, timeoutMs: 3000, ...more })
const code = (wanted: string, message: RegExp = /./) => ({ code: wanted, message: expect.stringMatching(message) })

describe('the egress client', () => {
  it('fetches from an address that the operator configured, and shows no cookies', async () => {
    const { status, headers, body, url } = await configured('/?q=1#part')
    expect({ status, url, type: headers['content-type'] }).toEqual({ status: 200, url: `${far.url}/?q=1`, type: 'text/plain' })
    expect(Buffer.from(body).toString()).toBe(text)
    expect(headers).not.toHaveProperty('set-cookie')
  })

  it('takes any status for an answer', async () => {
    expect(await configured('/nowhere')).toMatchObject({ status: 404 })
    expect(await configured('/missing-secret')).toMatchObject({ status: 418 })
  })

  it('sends a body with its headers, and never a cookie', async () => {
    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer x', Cookie: 'a=b' }
    const { body } = await configured('/echo', { method: 'POST', body: '{"ü":1}', headers })
    expect(Buffer.from(body).toString()).toBe('{"ü":1}')
    expect(far.asked.at(-1)?.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer x',
      'content-length': '8',
    })
    expect(far.asked.at(-1)?.headers).not.toHaveProperty('cookie')
  })

  it('uses a connection again, and a new one for a GET when the old was closed meanwhile', async () => {
    const egress = egressWith()
    const ask = async (path: string, method: 'GET' | 'POST' = 'GET') => {
      const { body } = await egress.request({ url: `${far.url}${path}`, method, origin: 'configured', signal: never })
      return Buffer.from(body).toString()
    }
    expect(await ask('/port')).toBe(await ask('/port'))
    const first = await ask('/once-a-connection')
    expect(await ask('/once-a-connection')).not.toBe(first)
    await expect(ask('/once-a-connection', 'POST')).rejects.toMatchObject(code('unavailable', /ended the connection/))
  })

  it.each(['/gzip', '/deflate', '/raw-deflate', '/br'])('undoes the encoding of %s', async (path) => {
    expect(Buffer.from((await configured(path)).body).toString()).toBe(text)
  })

  it('refuses encodings that are damaged or unknown', async () => {
    await expect(configured('/damaged')).rejects.toMatchObject(code('unavailable', /127\.0\.0\.1 is damaged/))
    await expect(configured('/odd-encoding')).rejects.toMatchObject(code('unavailable', /'constructor'/))
  })

  describe('with a far end that means harm', () => {
    it.each([
      ['a body without end', '/endless'],
      ['a gzip bomb', '/bomb'],
      ['a gigabyte announced', '/huge'],
      ['a flood of headers', '/headers'],
    ])('refuses %s as too large', async (_, path) => {
      await expect(configured(path, { maxBytes: megabyte })).rejects.toMatchObject(code('too_large', /127\.0\.0\.1/))
    })

    it('takes a body of exactly the bytes allowed, and not one more', async () => {
      expect((await configured('/', { maxBytes: text.length })).body.length).toBe(text.length)
      await expect(configured('/', { maxBytes: text.length - 1 })).rejects.toMatchObject(code('too_large'))
      await expect(configured('/gzip', { maxBytes: text.length - 1 })).rejects.toMatchObject(code('too_large'))
    })

    it.each([
      ['that never answers', '/silent'],
      ['that sends a byte now and then', '/crumbs'],
      ['that only announces an answer', '/hints'],
    ])('does not wait longer than the time limit for one %s', async (_, path) => {
      await expect(configured(path, { timeoutMs: 200 })).rejects.toMatchObject(code('deadline', /127\.0\.0\.1.*0\.2 s/))
    })

    it('does not wait for a name service that never answers', async () => {
      const attempt = asCaller('http://slow.example/', { resolve: () => new Promise(() => undefined) }, { timeoutMs: 100 })
      await expect(attempt).rejects.toMatchObject(code('deadline', /slow\.example/))
    })

    it('says when the connection ended too early or speaks something else', async () => {
      await expect(configured('/cut')).rejects.toMatchObject(code('unavailable', /127\.0\.0\.1/))
      await expect(configured('/upgrade', { timeoutMs: 2000 })).rejects.toMatchObject(code('unavailable', /127\.0\.0\.1/))
      await expect(configured('/no-http')).rejects.toMatchObject(code('unavailable', /does not speak HTTP/))
    })

    it('says when what should be TLS is not', async () => {
      const attempt = configured('', { url: far.url.replace('http:', 'https:') })
      await expect(attempt).rejects.toMatchObject(code('unavailable', /127\.0\.0\.1/))
    })

    it('says when nobody listens', async () => {
      const closed = await openFarEnd({})
      await closed.close()
      await expect(configured('', { url: closed.url })).rejects.toMatchObject(code('unavailable', /does not accept connections/))
    })
  })

  it('stops when its caller does', async () => {
    const controller = new AbortController()
    const attempt = configured('/silent', { signal: controller.signal })
    setTimeout(() => controller.abort(new Fault('cancelled', 'Enough.')), 50)
    await expect(attempt).rejects.toMatchObject(code('cancelled', /Enough/))
    await expect(configured('/', { signal: AbortSignal.abort() })).rejects.toMatchObject(code('cancelled'))
  })
})

describe('redirects', () => {
  it('are followed within a host with all headers', async () => {
    const answer = await configured('/there', { headers: { authorization: 'Bearer x' } })
    expect(answer).toMatchObject({ status: 200, url: `${far.url}/?arrived` })
    expect(far.asked.at(-1)).toMatchObject({ url: '/?arrived', headers: { authorization: 'Bearer x' } })
  })

  it('leave keys behind when they lead to another origin', async () => {
    const headers = { authorization: 'Bearer x', 'api-key': 'k', 'x-api-key': 'k', accept: 'text/plain' }
    const allow = readHostList([`127.0.0.1:${other.port}`])
    expect(Buffer.from((await configured('/away', { headers }, { allow })).body).toString()).toBe('other')
    const sent = other.asked.at(-1)?.headers
    expect(sent).toMatchObject({ accept: 'text/plain' })
    for (const name of ['authorization', 'api-key', 'x-api-key']) expect(sent).not.toHaveProperty(name)
  })

  it('turn a POST into a GET where the status says so, and carry no body to another origin', async () => {
    await configured('/see-other', { method: 'POST', body: 'secret', headers: { 'content-type': 'text/plain' } })
    expect(far.asked.at(-1)).toMatchObject({ method: 'GET', url: '/' })
    expect(far.asked.at(-1)?.headers).not.toHaveProperty('content-type')
    const before = other.asked.length
    await expect(configured('/away-307', { method: 'POST', body: 'secret' })).rejects.toMatchObject(code('not_allowed'))
    expect(other.asked.length).toBe(before)
  })

  it.each([
    ['/loop', 'unavailable', /more than 5 times/],
    ['/metadata', 'not_allowed', /169\.254\.169\.254/],
    ['/inside', 'not_allowed', /10\.0\.0\.1/],
    ['/to-file', 'invalid_input', /'file:'/],
    ['/to-nothing', 'unavailable', /no address/],
  ])('of %s are refused', async (path, wanted, message) => {
    await expect(configured(path)).rejects.toMatchObject(code(wanted, message))
  })

  it('are checked like the first address', async () => {
    const allow = readHostList([`127.0.0.1:${far.port}`])
    for (const path of ['/inside', '/away', '/metadata']) {
      await expect(asCaller(`${far.url}${path}`, { allow })).rejects.toMatchObject(code('not_allowed'))
    }
    expect(await asCaller(`${far.url}/there`, { allow })).toMatchObject({ status: 200 })
  })

  it('stay on the list when the request must', async () => {
    const options = { allow: readHostList([`127.0.0.1:${far.port}`]), resolve: async () => ['127.0.0.1'] }
    expect(await asCaller(`${far.url}/there`, options, { hosts: 'listed' })).toMatchObject({ status: 200 })
    const attempt = configured('/away', { hosts: 'listed' }, options)
    await expect(attempt).rejects.toMatchObject(code('not_allowed', /listed hosts only/))
  })
})

describe('a caller', () => {
  const names: Readonly<Record<string, readonly string[]>> = {
    'private.example': ['10.0.0.1'],
    'mixed.example': ['93.184.216.34', '127.0.0.1'],
    'metadata.example': ['169.254.169.254'],
    'mapped.example': ['::ffff:10.0.0.1'],
    localhost: ['127.0.0.1'],
    'empty.example': [],
    'odd.example': ['not an address'],
  }
  const resolve = async (host: string) => names[host] ?? ['127.0.0.1']

  it.each([
    '127.0.0.1',
    '127.0.0.1.',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '１２７.０.０.１',
    '%31%32%37.0.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '[fd00:ec2::254]',
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    'private.example',
    'mixed.example',
    'metadata.example',
    'mapped.example',
    'anything.example',
  ])('does not reach %s', async (host) => {
    const before = far.asked.length
    const attempt = asCaller(`http://${host}:${far.port}/?token=hunter2`, { resolve })
    await expect(attempt).rejects.toMatchObject({ code: 'not_allowed', message: expect.not.stringContaining('hunter2') })
    expect(far.asked.length).toBe(before)
  })

  it('connects to the very addresses that were checked, whatever the name says a moment later', async () => {
    let calls = 0
    const rebinding = async () => (calls++ === 0 ? ['2d00::1'] : ['127.0.0.1'])
    const before = far.asked.length
    await asCaller(`http://rebind.example:${far.port}/`, { resolve: rebinding }, { timeoutMs: 300 }).catch(() => undefined)
    expect({ calls, asked: far.asked.length - before }).toEqual({ calls: 1, asked: 0 })
  })

  it('reaches a private host that the operator listed, at the address found by the check', async () => {
    let calls = 0
    const allow = readHostList(['wiki.example'])
    const once = async () => (calls++ === 0 ? ['127.0.0.1'] : ['10.0.0.1'])
    expect(await asCaller(`http://wiki.example:${far.port}/`, { allow, resolve: once })).toMatchObject({ status: 200 })
    expect(calls).toBe(1)
    expect(far.asked.at(-1)?.headers.host).toBe(`wiki.example:${far.port}`)
  })

  it('does not reach a metadata service by a listed name', async () => {
    const allow = readHostList(['metadata.example'])
    await expect(asCaller('http://metadata.example/', { allow, resolve })).rejects.toMatchObject(code('not_allowed'))
  })

  it('never uses a connection that was opened for the configuration', async () => {
    let address = '127.0.0.1'
    const egress = egressWith({ resolve: async () => [address] })
    const url = `http://shared.example:${far.port}/`
    expect(await egress.request({ url, origin: 'configured', signal: never })).toMatchObject({ status: 200 })
    address = '2d00::1'
    const before = far.asked.length
    await egress.request({ url, origin: 'caller', signal: never, timeoutMs: 300 }).catch(() => undefined)
    expect(far.asked.length).toBe(before)
  })

  it.each([
    ['file:///etc/passwd', /'file:'/],
    ['data:text/plain,hunter2', /'data:'/],
    ['ftp://a.example/hunter2', /'ftp:'/],
    ['http://', /not an address/],
    ['http://./', /no host|not an address/],
    ['nonsense hunter2', /not an address/],
    ['http://user:hunter2@a.example/', /a\.example carries a user name/],
    [`http://a.example/${'x'.repeat(9000)}`, /too long/],
  ])('cannot use %s', async (url, message) => {
    await expect(asCaller(url)).rejects.toMatchObject(code('invalid_input', message))
    await expect(asCaller(url)).rejects.toMatchObject({ message: expect.not.stringContaining('hunter2') })
  })

  it('is told when a name has no address', async () => {
    await expect(asCaller('http://empty.example/', { resolve })).rejects.toMatchObject(code('unavailable', /empty\.example/))
    await expect(asCaller('http://odd.example/', { resolve })).rejects.toMatchObject(code('unavailable', /odd\.example/))
    const failing = async () => {
      throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })
    }
    await expect(asCaller('http://gone.example/', { resolve: failing })).rejects.toMatchObject(
      code('unavailable', /gone\.example is not known/),
    )
  })
})

it('logs host, status and bytes, and nothing of the path', async () => {
  const lines: string[] = []
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } })
  await configured('/?token=hunter2', {}, { log })
  expect(lines.join('')).not.toContain('hunter2')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ host: '127.0.0.1', status: 200, bytes: text.length, ms: expect.any(Number) })
})
