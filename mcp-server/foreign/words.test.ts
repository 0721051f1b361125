import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProtocolError } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../../platform/testing/harness.ts'
import { clientFault } from './client-faults.ts'
import { checkServers } from './doctor.ts'
import { plainText, plainWords } from './foreign-text.ts'
import { hashOffer, hashOffers } from './offer.ts'
import { hiderOf } from './own-secrets.ts'
import { resultOf } from './result.ts'
import { checkOf, shownSchema } from './schema.ts'
import { readServersFile } from './servers-file.ts'
import { openForeignTestServer } from './testing/foreign-server.ts'
import { httpSpec } from './testing/joined.ts'
import { localNames, snake } from './tool-name.ts'

describe('words of a foreign server', () => {
  it('lose what nobody would see: tags, zero width, bidi marks, variation selectors, fillers, controls', () => {
    const hidden = [
      '\u200b',
      '\u202e',
      '\u{e0041}',
      '\ufe0f',
      '\u{e0101}',
      '\u2800',
      '\u3164',
      '\u00ad',
      '\u0007',
      '\u001b[31m',
      '\ue000',
      '\u034f',
    ]
    expect(plainWords(`a${hidden.join('b')}c`, 100)).toBe(`a${'b'.repeat(9)}[31mbbc`)
    expect(plainWords('  two\n\n lines\u2028more ', 100)).toBe('two lines more')
    expect(plainWords('Grüße an 東京 עברית', 100)).toBe('Grüße an 東京 עברית')
    expect(plainWords('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`)
    expect(plainWords('ab\ud800c', 10)).toBe('ab\ufffdc')
  })

  it('keep their lines in results, without what a terminal or a database would choke on', () => {
    expect(plainText('a\r\nb\tc\u0000\u001b[2J\u{e0041}\ud800')).toBe('a\nb\tc[2J\ufffd')
  })
})

describe('what a foreign server answers', () => {
  const headers = { Authorization: 'Bearer sesame-8', accept: 'text/markdown' }
  const hide = hiderOf(httpSpec('echo', 'http://localhost/mcp', { headers }))

  it('never holds the credentials that it was sent: results and errors that echo them lose them', () => {
    const echo = 'You sent Bearer sesame-8 (sesame-8) for text/markdown.'
    const said = 'You sent [credential] ([credential]) for text/markdown.'
    const content = [{ type: 'text', text: echo }]
    expect(resultOf('echo__it', 'echo', { content, structuredContent: { echo } }, hide).data).toEqual({
      text: said,
      structured: { echo: said },
    })
    expect(() => resultOf('echo__it', 'echo', { isError: true, content }, hide)).toThrow(said)
    const error = new ProtocolError(-32_000, echo)
    expect(clientFault(error, { server: 'echo', what: 'failed', hide }).message).toContain(said)
  })

  it('is refused by name when its data is nested too deeply to be kept', () => {
    const structuredContent: unknown = { deep: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) }
    expect(() => resultOf('echo__it', 'echo', { content: [], structuredContent }, hide)).toThrow(
      expect.objectContaining({ code: 'too_large', message: expect.stringContaining('deeper than 64 levels') }),
    )
  })
})

describe('names of foreign tools', () => {
  it('are snake case behind the name of their server', () => {
    expect(['getWeather', 'get-weather', 'Get  Weather!', '7zip', '', 'größe', 'a__b'].map(snake)).toEqual([
      'get_weather',
      'get_weather',
      'get_weather',
      'x_7zip',
      'x',
      'gro_e',
      'a_b',
    ])
    expect([...localNames('GitHub (corp)', ['list_issues', 'getMe'])]).toEqual([
      ['list_issues', 'git_hub_corp__list_issues'],
      ['getMe', 'git_hub_corp__get_me'],
    ])
  })

  it('never meet: the one that needed no change keeps its name, and long ones are cut with a mark', () => {
    const tools = ['get-weather', 'get_weather', 'getWeather', 'x'.repeat(100), `${'x'.repeat(99)}y`]
    const names = localNames('a server with a very long name indeed', tools)
    expect(new Set(names.values()).size).toBe(tools.length)
    for (const name of names.values()) expect(name).toMatch(/^[a-z][a-z0-9]*(__?[a-z0-9]+)*$/)
    expect(Math.max(...[...names.values()].map(({ length }) => length))).toBeLessThanOrEqual(64)
    expect(names.get('get_weather')).toMatch(/__get_weather$/)
    expect([...localNames('s', tools.toReversed())].sort()).toEqual([...localNames('s', tools)].sort())
  })
})

describe('the hash of an offer', () => {
  const offer = { name: 'a', description: 'Does a.', inputSchema: { type: 'object', properties: { x: { type: 'string' }, y: {} } } }
  it('changes with every word, schema and annotation, and not with the order of keys', () => {
    const others = [
      { ...offer, name: 'b' },
      { ...offer, title: 'A' },
      { ...offer, description: 'Does a!' },
      { ...offer, inputSchema: { ...offer.inputSchema, required: ['x'] } },
      { ...offer, outputSchema: { type: 'object' } },
      { ...offer, annotations: { readOnlyHint: true } },
    ]
    expect(new Set([offer, ...others].map(hashOffer)).size).toBe(others.length + 1)
    const reordered = { inputSchema: { properties: { y: {}, x: { type: 'string' } }, type: 'object' }, description: 'Does a.', name: 'a' }
    expect(hashOffer(reordered)).toBe(hashOffer(offer))
    expect(hashOffers([offer, { ...offer, name: 'b' }])).toBe(hashOffers([{ ...offer, name: 'b' }, offer]))
  })
})

describe('a foreign schema', () => {
  const parses = (schema: Readonly<Record<string, unknown>>, value: unknown): boolean =>
    checkOf(shownSchema(schema)).safeParse(value).success

  it('is shown as listed and checked where it can be', () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer', minimum: 1 }, pattern: { type: 'string', pattern: '^(a+)+$' } },
      required: ['n'],
    }
    expect(shownSchema({ ...schema, $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'https://x.example' })).toEqual(schema)
    expect(
      [{ n: 1 }, { n: 0 }, { n: 'x' }, {}, { n: 1, pattern: 'b' }, { n: 1, other: true }].map((value) => parses(schema, value)),
    ).toEqual([true, false, false, false, true, true])
    expect(z.toJSONSchema(checkOf(schema)).required).toEqual(['n'])
  })

  it.each([
    ['too deep', { type: 'object', properties: nested(40) }],
    ['too large', { type: 'object', description: 'x'.repeat(40_000) }],
    ['not of an object', { type: 'string' }],
    ['that refers elsewhere', { type: 'object', properties: { a: { $ref: 'https://evil.example/schema' } } }],
    ['with hidden names', { type: 'object', properties: { 'na\u200bme': {} } }],
    ['with a prototype for a name', JSON.parse('{"type": "object", "properties": {"__proto__": {}}}')],
  ])('%s becomes any object', (_, schema) => {
    expect(shownSchema(schema)).toEqual({ type: 'object', additionalProperties: true })
  })

  it('with references that multiply is left to the server', () => {
    const levels = Array.from({ length: 40 }, (_, index) => [
      `d${index}`,
      { anyOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
    ])
    const schema = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/d0' } },
      $defs: { ...Object.fromEntries(levels), d40: { type: 'string' } },
    }
    expect(parses(schema, { a: 7 })).toBe(true)
  })

  it.each([
    [{ type: 'object', dependentRequired: { a: ['b'] } }],
    [{ type: 'object', properties: { a: { type: 'nothing' } } }],
    [{ type: 'object', properties: 7 }],
  ])('that cannot be converted (%j) is left to the server', (schema) => expect(parses(schema, { a: 1 })).toBe(true))
})

function nested(depth: number): Record<string, unknown> {
  return depth === 0 ? {} : { a: { type: 'object', properties: nested(depth - 1) } }
}

describe('the file of servers', () => {
  const read = async (content: unknown): Promise<unknown> => {
    const folder = await temporaryFolder()
    const path = join(folder.path, 'servers.json')
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
    try {
      return await readServersFile(path)
    } finally {
      await folder.remove()
    }
  }

  it('is the one that other clients read, with keys of ours beside theirs', async () => {
    const mcpServers = {
      files: { type: 'stdio', command: 'npx', args: ['-y', 'server'], env: { KEY: 'x' }, autoApprove: ['read'] },
      mail: {
        url: 'https://mail.example/mcp',
        headers: { authorization: 'Bearer x' },
        effects: { read: 'read' },
        allow: ['read'],
        timeoutSeconds: 5,
      },
      old: { command: 'x', disabled: true },
    }
    expect(await read({ mcpServers, other: 1 })).toEqual([
      {
        kind: 'stdio',
        name: 'files',
        command: 'npx',
        args: ['-y', 'server'],
        env: { KEY: 'x' },
        cwd: expect.any(String),
        allow: undefined,
        effects: {},
        timeoutSeconds: 50,
        trustDescriptions: false,
      },
      {
        kind: 'http',
        name: 'mail',
        url: 'https://mail.example/mcp',
        headers: { authorization: 'Bearer x' },
        allow: ['read'],
        effects: { read: 'read' },
        timeoutSeconds: 5,
        trustDescriptions: false,
      },
    ])
  })

  it.each([
    ['{', /is not JSON/],
    [[], /is not a list of MCP servers/],
    [{ mcpServers: { a: { command: 'x', env: { KEY: 7, secret: 'hunter2' } } } }, /'a' is not right \(env\.KEY\)/],
    [{ mcpServers: { a: {} } }, /'a' is not right \(command\)/],
    [{ mcpServers: { a: { url: 'file:///etc/passwd' } } }, /'a' is not right \(url\)/],
    [{ mcpServers: { a: { command: 'x', effects: { y: 'harmless' } } } }, /effects\.y/],
    [{ mcpServers: { 'my-mail': { command: 'x' }, my_mail: { command: 'x' } } }, /same names/],
  ])('that is wrong is refused by name, never by value: %j', async (content, words) => {
    const refusal = read(content)
    await expect(refusal).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(words) })
    await expect(refusal).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') })
  })

  it('is looked through by the doctor, who names those that do not answer', async () => {
    const server = await openForeignTestServer([{ name: 'a', description: 'A.' }])
    const folder = await temporaryFolder()
    const path = join(folder.path, 'servers.json')
    await writeFile(path, JSON.stringify({ mcpServers: { good: { url: server.url }, gone: { command: '/nowhere/at-all' } } }))
    expect(await checkServers(path)).toMatchObject({
      ok: false,
      found: expect.stringMatching(/good: 1 tools\. .*'gone'.*ENOENT/),
      fix: expect.stringContaining(path),
    })
    expect(await checkServers(undefined)).toMatchObject({ ok: true })
    await server.close()
    await folder.remove()
  })
})
