import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineTool } from '../tools/tool.ts'
import { openTestServer, scripted, type TestServer, terminalToken } from '../web/server/test-server.ts'
import { runApprovals } from './approvals.ts'
import { type ChatSource, runChat } from './chat.ts'
import type { Io } from './io.ts'
import { localClient } from './local-client.ts'
import { localChat, remoteChat } from './remote-chat.ts'
import { remoteClient } from './remote-client.ts'
import { runToolCommand } from './run-tool.ts'
import type { ToolClient } from './tool-client.ts'

interface TestIo extends Io {
  readonly written: { out: string; err: string }
}

/** A terminal for tests; with `answer` a person sits at it. */
function testIo(
  options: {
    readonly answer?: string
    readonly progress?: boolean
    readonly signal?: AbortSignal
    readonly files?: Record<string, string>
  } = {},
): TestIo {
  const written = { out: '', err: '' }
  const ask = async (question: string): Promise<string> => {
    written.err += question
    return answer ?? ''
  }
  const { answer, progress = false, signal = new AbortController().signal, files = {} } = options
  return {
    written,
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    progress,
    width: 100,
    signal,
    read: async (file) => files[file] ?? '',
    ...(answer === undefined ? {} : { ask }),
  }
}

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const clients: readonly [string, () => { readonly client: ToolClient; readonly chat: ChatSource }][] = [
  [
    'in this process',
    () => ({
      client: localClient(server.millrace, server.millrace.owner),
      chat: localChat(scripted(server.millrace), server.millrace.owner),
    }),
  ],
  [
    'over HTTP',
    () => {
      const address = { url: server.url, token: terminalToken }
      return { client: remoteClient(address), chat: remoteChat(address) }
    },
  ],
]

describe.each(clients)('a tool as a command, %s', (_, open) => {
  let client: ToolClient
  let chat: ChatSource
  beforeEach(() => {
    const opened = open()
    client = opened.client
    chat = opened.chat
  })
  const run = async (words: string, io: TestIo = testIo()) => {
    const [name = '', ...argv] = words.split(' ')
    return { code: await runToolCommand({ name, argv, client, io }), ...io.written }
  }

  it('prints its sentence and its data', async () => {
    expect(await run('add-numbers --a 1 --b 2.5')).toEqual({ code: 0, out: '3.5\n\nsum  3.5\n', err: '' })
  })

  it('prints only data with --json', async () => {
    const { code, out, err } = await run('add_numbers --a 1 --b 2 --json')
    expect({ code, err, data: JSON.parse(out) }).toEqual({ code: 0, err: '', data: { sum: 3 } })
  })

  it('takes its whole input from a file', async () => {
    const io = testIo({ files: { 'in.json': '{"a":20,"b":22}' } })
    expect(await run('add-numbers --input in.json --json', io)).toMatchObject({ code: 0, out: expect.stringContaining('42') })
  })

  it('explains itself without being called', async () => {
    expect(await run('delete-thing --help')).toMatchObject({ code: 0, out: expect.stringMatching(/^millrace delete-thing THING/) })
  })

  it('says of a bad input what HTTP says of it, and ends with 2', async () => {
    const { json } = await server.send('/api/tools/add_numbers', { body: { a: 'many', colour: 'red' } })
    const { code, out, err } = await run('add-numbers --a many --colour red')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toBe(`${Reflect.get(Object(json), 'detail')}\n`)
  })

  it('names the nearest tool for one that does not exist, and ends with 5', async () => {
    expect(await run('add-numbres --a 1')).toMatchObject({ code: 5, err: expect.stringContaining('Did you mean add_numbers') })
  })

  it('ends with 2 for a flag without its value', async () => {
    expect(await run('add-numbers --a')).toMatchObject({ code: 2, err: expect.stringContaining('argument missing') })
  })

  it('ends with 1 and says nothing of an unforeseen failure but that there was one', async () => {
    const { code, err } = await run('break-down')
    expect(code).toBe(1)
    expect(err).not.toContain('hunter2')
  })

  it('shows the progress of a durable run to whoever watches, and wipes it', async () => {
    const { code, out, err } = await run('work-long --steps 20', testIo({ progress: true }))
    expect({ code, out }).toEqual({ code: 0, out: 'Worked.\n\nsteps  20\n' })
    expect(err).toMatch(/Step \d+ of 20/)
    expect(err.endsWith('\r\u001b[K')).toBe(true)
  })

  it('draws no progress where nobody watches', async () => {
    expect(await run('work-long --steps 3')).toMatchObject({ code: 0, err: '' })
  })

  it('cancels a durable run when it is interrupted, and ends with 130', async () => {
    const controller = new AbortController()
    const io = testIo({ signal: controller.signal })
    const call = run('work-long --steps 5000', io)
    await expect.poll(async () => (await server.millrace.platform.runs.list('default', { state: 'running' })).length).toBe(1)
    controller.abort()
    expect((await call).code).toBe(130)
    await expect.poll(async () => (await server.millrace.platform.runs.list('default', { state: 'running' })).length).toBe(0)
  })

  it('asks the person at the terminal, showing the exact arguments, and runs after a yes', async () => {
    const { code, out, err } = await run('delete-thing x', testIo({ answer: 'y' }))
    expect(err).toMatch(/removes something for good.*delete_thing with exactly\n\{\n {2}"thing": "x"\n\}\nRun it\? \[y\/N\] $/s)
    expect({ code, out }).toEqual({ code: 0, out: 'Deleted x.\n\ndeleted  x\n' })
  })

  it.each(['', 'n', 'yes please'])('does not run after the answer %j', async (answer) => {
    const { code, out } = await run('delete-thing x', testIo({ answer }))
    expect({ code, out }).toEqual({ code: 4, out: '' })
    expect(await server.millrace.platform.approvals.list('default', { state: 'pending' })).toEqual([])
  })

  it('leaves the approval for later where nobody can be asked, and ends with 4', async () => {
    const { code, out, err } = await run('delete-thing y --json')
    const { approval, run: waiting } = JSON.parse(out)
    expect({ code, err }).toEqual({ code: 4, err: expect.stringContaining(approval) })
    const io = testIo()
    expect(await runApprovals({ argv: [], client, io })).toBe(0)
    expect(io.written.out).toMatch(/1 call waits for a person/)
    expect(io.written.out).toContain(approval)
    const deciding = testIo()
    expect(await runApprovals({ argv: ['approve', approval], client, io: deciding })).toBe(0)
    expect(deciding.written.out).toContain('Deleted y.')
    expect(await server.millrace.platform.runs.get(waiting, 'default')).toMatchObject({ state: 'succeeded' })
  })

  it('shows where each argument came from, and decides in another workspace of this machine', async () => {
    const outcome = await server.millrace.invoke({
      tool: 'delete_thing',
      input: { thing: 'z' },
      caller: { ...server.millrace.owner, workspace: 'lab', kind: 'agent', channel: 'chat', name: 'bot' },
      origins: {
        '': { trust: 'trusted', source: 'your message ("delete z")' },
        thing: { trust: 'untrusted', source: 'a result of search_documents' },
      },
    })
    if (outcome.kind !== 'waiting') throw new Error('It should wait.')
    const argv = ['approve', outcome.approval]
    await expect(runApprovals({ argv, client, io: testIo() })).rejects.toMatchObject({ code: 'not_found' })
    const lab = client.remote
      ? remoteClient({ url: server.url, token: terminalToken, workspace: 'lab' })
      : localClient(server.millrace, { ...server.millrace.owner, workspace: 'lab' })
    const showing = testIo()
    await runApprovals({ argv: ['show', outcome.approval], client: lab, io: showing })
    expect(showing.written.out).toContain('  the call itself  from your message ("delete z")\n')
    expect(showing.written.out).toContain('  thing            from a result of search_documents  (not trusted)\n')
    expect(await runApprovals({ argv, client: lab, io: testIo() })).toBe(0)
    expect(await server.millrace.platform.runs.get(outcome.run, 'lab')).toMatchObject({ state: 'succeeded' })
  })

  it('refuses an approval that is not there', async () => {
    await expect(runApprovals({ argv: ['approve', 'approval_none'], client, io: testIo() })).rejects.toMatchObject({ code: 'not_found' })
    await expect(runApprovals({ argv: ['approve'], client, io: testIo() })).rejects.toMatchObject({ code: 'usage' })
  })

  describe('chat', () => {
    const ask = async (words: readonly string[], io: TestIo = testIo()) => {
      const code = await runChat({ argv: words, source: chat, client, io, newThread: () => `thread-${Math.random()}` })
      return { code, ...io.written }
    }

    it('prints the answer, and the work beside it', async () => {
      const { code, out, err } = await ask(['add'])
      expect({ code, out }).toEqual({ code: 0, out: 'You said add\n' })
      expect(err).toBe('(scripted)\n→ add_numbers {"a":1,"b":2}\n  ✓ 3\n')
    })

    it('gives the whole turn as JSON', async () => {
      const { out, err } = await ask(['add', '--json', '--thread', 't1'])
      expect(err).toBe('')
      expect(JSON.parse(out)).toMatchObject({
        thread: 't1',
        model: 'script',
        text: 'You said add',
        calls: [{ tool: 'add_numbers', input: { a: 1, b: 2 }, ok: true, content: '3', data: { sum: 3 } }],
      })
    })

    it('asks for approvals and goes on', async () => {
      const { code, out, err } = await ask(['delete'], testIo({ answer: 'yes' }))
      expect(err).toContain('Run it? [y/N]')
      expect(err).toContain('✓ Deleted x.')
      expect({ code, out }).toEqual({ code: 0, out: 'You said resume\n' })
    })

    it('ends with 4 when an approval waits and nobody can be asked', async () => {
      const { code, err } = await ask(['delete'])
      expect(code).toBe(4)
      expect(err).toMatch(/Approval approval_\w+ .*waits at/)
      for (const { id } of await client.pending()) await client.decide(id, 'reject')
    })

    it('ends with 1 when the turn fails', async () => {
      const { code, err } = await ask(['crash'])
      expect(code).toBe(1)
      expect(err).not.toContain('hunter2')
    })

    it('wants a question', async () => {
      await expect(ask(['--json'])).rejects.toMatchObject({ code: 'usage' })
      await expect(ask(['hi', '--loud'])).rejects.toMatchObject({ code: 'usage' })
    })
  })
})

describe('a tool that reads files', () => {
  const find = defineTool({
    name: 'find_file',
    title: 'Find a file',
    description: 'Says where a path leads; for tests of paths on the command line.',
    input: z.strictObject({ path: z.string().describe('A path.'), source: z.string().optional().describe('Another.') }),
    output: z.object({ file: z.string(), source: z.string().optional() }),
    effect: 'read',
    role: 'viewer',
    examples: [],
    run: async ({ path, source }, context) => ({ content: 'Found.', data: { file: await context.file(path), ...(source && { source }) } }),
  })

  it('finds them from where the person stands when a server performs the call', async () => {
    const filed = await openTestServer({ tools: [find] })
    const { millrace, url } = filed
    try {
      const folder = join(await realpath(millrace.folder), 'desk')
      await mkdir(folder)
      await writeFile(join(folder, 'notes.txt'), 'x')
      await writeFile(join(millrace.folder, 'other.txt'), 'x')
      const found = async (client: ToolClient, argv: readonly string[]): Promise<unknown> => {
        const io = testIo()
        expect(await runToolCommand({ name: 'find-file', argv: [...argv, '--json'], client, io, folder }), io.written.err).toBe(0)
        return JSON.parse(io.written.out)
      }
      const remote = remoteClient({ url, token: terminalToken })
      expect(await found(remote, ['notes.txt'])).toEqual({ file: join(folder, 'notes.txt') })
      expect(await found(remote, ['../other.txt', '--source', 'https://a.example/x'])).toMatchObject({ source: 'https://a.example/x' })
      expect(await found(remote, [join(folder, 'notes.txt'), '--source', 'docs/**/*.md'])).toMatchObject({
        source: join(folder, 'docs/**/*.md'),
      })
      expect(await found(localClient(millrace, millrace.owner), ['desk/notes.txt'])).toEqual({ file: join(folder, 'notes.txt') })
    } finally {
      await filed.close()
    }
  })
})

describe('a server that is not there', () => {
  it('is said in one sentence', async () => {
    const io = testIo()
    const client = remoteClient({ url: 'http://127.0.0.1:9', token: 'x' })
    expect(await runToolCommand({ name: 'add_numbers', argv: [], client, io })).toBe(1)
    expect(io.written.err).toBe(
      'The Millrace server at http://127.0.0.1:9 does not answer. Start it with millrace serve, then try again.\n',
    )
  })

  it('is told apart from one that does not know us', async () => {
    const io = testIo()
    expect(await runToolCommand({ name: 'add_numbers', argv: [], client: remoteClient({ url: server.url, token: 'wrong' }), io })).toBe(4)
  })
})
