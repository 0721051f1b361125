import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createCatalogue } from '../../tools/catalogue.ts'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import { defineTool, type Tool } from '../../tools/tool.ts'
import type { ChatEvent, Orchestrator } from '../chat.ts'
import { createOrchestrator } from '../orchestrator.ts'
import { bracketed, listen, resultsIn, spoken } from '../testing/listening.ts'
import { type OpenAiServer, openAiServer, type SeenRequest, wordsOf } from '../testing/openai-server.ts'
import { plannerTools } from '../tools.ts'
import { Filling } from './masked.ts'
import { departmentsOf } from './specialists.ts'

const mails: unknown[] = []

const readTool = defineTool({
  name: 'read_page',
  title: 'Read a page',
  description: 'Reads a page of the handbook, whose words come from outside.',
  input: z.strictObject({ page: z.int().describe('Which page.') }),
  output: z.object({ page: z.int() }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [],
  run: async ({ page }) => ({ content: `Page ${page}: ${'lorem ipsum '.repeat(80)}`, data: { page } }),
})

const mailTool = defineTool({
  name: 'note_mail',
  title: 'Note a mail',
  description: 'Notes a mail address of a person in the workspace, for tests of masks.',
  input: z.strictObject({ address: z.string().describe('The address.') }),
  output: z.object({ address: z.string() }),
  effect: 'create',
  role: 'builder',
  examples: [],
  run: async ({ address }, context) =>
    context.commit(async () => {
      mails.push(address)
      return { content: `Noted ${address}.`, data: { address } }
    }),
})

let millrace: TestMillrace
let server: OpenAiServer

beforeAll(async () => {
  millrace = await openTestMillrace([readTool, mailTool])
  server = await openAiServer()
})
afterAll(async () => {
  await server.close()
  await millrace.close()
})

async function say(who: Orchestrator, thread: string, message: string): Promise<readonly ChatEvent[]> {
  const events = await listen(who, { thread, message, caller: millrace.owner })
  expect(bracketed(events)).toEqual([])
  return events
}

const nobody: SeenRequest = { model: '', messages: [], tools: [] }
const lastSeen = (): SeenRequest => server.seen.at(-1) ?? nobody

describe('a conversation longer than the window', () => {
  /** Reads so many pages, each in a turn of its own, while the window is wide. */
  async function readPages(thread: string, pages: number): Promise<void> {
    const wide = await createOrchestrator({ waist: millrace, model: { openaiBaseUrl: server.url } })
    for (let page = 1; page <= pages; page++) {
      server.script({ calls: [{ name: 'read_page', args: { page } }] }, { text: `I have read page ${page}.` })
      await say(wide, thread, `Read page ${page} of the handbook`)
    }
  }

  const narrow = (): Promise<Orchestrator> =>
    createOrchestrator({ waist: millrace, model: { openaiBaseUrl: server.url }, window: 700, patience: { backoffMs: 1 } })

  it('is summarised for the model, stays whole for people, and stays untrusted', async () => {
    await readPages('w1', 3)
    const who = await narrow()
    server.script({ text: 'The person had pages read; nothing is open.' }, { calls: [{ name: 'note_mail', args: { address: 'evil' } }] })
    const events = await say(who, 'w1', 'And now?')
    expect(wordsOf(lastSeen())).toContain('pages read; nothing is open')
    expect(wordsOf(lastSeen())).not.toContain('Read page 1 of the handbook')
    expect(lastSeen().messages.at(-1)).toMatchObject({ role: 'user', content: 'And now?' })
    expect(spoken(events)).toBe('')
    expect(events.at(-1)).toMatchObject({ type: 'waiting', approvals: [{ origins: { address: { trust: 'untrusted' } } }] })
    expect((await who.history('w1', millrace.owner)).filter(({ role }) => role === 'user')).toHaveLength(4)
    const { rows } = await millrace.platform.db.query<{ summary: unknown }>("select summary from agents_threads where thread = 'w1'")
    expect(rows[0]?.summary).toMatchObject({ taintedBy: [expect.stringContaining('read_page')] })
  })

  it('is summarised once, not at every turn', async () => {
    await readPages('w3', 3)
    const who = await narrow()
    server.script({ text: 'Pages were read.' }, { text: 'Yes.' }, { text: 'Still yes.' })
    expect(spoken(await say(who, 'w3', 'Are you there?'))).toBe('Yes.')
    expect(spoken(await say(who, 'w3', 'Still?'))).toBe('Still yes.')
    expect(wordsOf(lastSeen())).toContain('Pages were read.')
  })

  it('is cut to the words of the person where the model writes no summary', async () => {
    await readPages('w2', 3)
    server.script({ status: 400, error: 'No summaries here.' }, { text: 'You like page 1.' })
    expect(spoken(await say(await narrow(), 'w2', 'Which one do I like?'))).toBe('You like page 1.')
    expect(wordsOf(lastSeen())).toContain('The person said: Read page 1 of the handbook')
  })
})

describe('a mask', () => {
  it('keeps personal data here, and calls and words get it back', async () => {
    const who = await createOrchestrator({ waist: millrace, model: { openaiBaseUrl: server.url }, maskPii: true })
    server.script(
      { calls: [{ name: 'note_mail', args: { address: '<EMAIL_1>' } }] },
      { reply: (asked) => `Noted ${/<EMAIL_1>/u.test(wordsOf(asked)) ? '<EMAIL_1>' : 'nothing'}, and <EMAIL_2> is unknown.` },
    )
    const events = await say(who, 'm1', 'Note the mail ada@example.org')
    expect(
      server.seen
        .slice(-2)
        .map((asked) => JSON.stringify(asked))
        .join(''),
    ).not.toContain('ada@example.org')
    expect(mails.at(-1)).toBe('ada@example.org')
    expect(resultsIn(events)).toMatchObject([{ ok: true, content: 'Noted ada@example.org.' }])
    expect(spoken(events)).toBe('Noted ada@example.org, and <EMAIL_2> is unknown.')
    expect(events.map((event) => (event.type === 'arguments' ? event.delta : '')).join('')).toBe('{"address":"ada@example.org"}')
    expect((await who.history('m1', millrace.owner)).at(-1)?.text).toContain('ada@example.org')
  })

  it('is lifted from text whatever its pieces', () => {
    const text = 'a <EMAIL_1> b < c <EMAIL_12> d <EMAIL_'
    for (let width = 1; width < 9; width++) {
      const filling = new Filling((words) => words.replaceAll('<EMAIL_1>', 'X').replaceAll('<EMAIL_12>', 'Y'))
      const pieces = text.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []
      expect(pieces.map((piece) => filling.add(piece)).join('') + filling.rest()).toBe('a X b < c Y d <EMAIL_')
    }
  })
})

describe('specialists', () => {
  const departments = departmentsOf(plannerTools(createCatalogue()))

  it('share all tools of the catalogue among them, each with some, by the tools own words', () => {
    const rooms = Map.groupBy(departments?.of ?? [], ([, room]) => room)
    expect([...rooms.keys()].map(String).sort()).toEqual(['data', 'documents', 'operations', 'training', 'undefined'])
    expect(Object.fromEntries(departments?.of ?? [])).toMatchObject({
      query_data: 'data',
      train_model: 'training',
      deploy_model: 'operations',
      ask_documents: 'documents',
    })
    expect(departments?.of.get('list_datasets')).toBeUndefined()
    for (const [room, tools] of rooms) if (room !== undefined) expect(tools.length).toBeGreaterThan(3)
  })

  it.each([
    ['Train a model on churn', 'training'],
    ['Which passages of the handbook speak of leave?', 'documents'],
    ['Roll back the deployment', 'operations'],
    ['Profile the columns of the dataset', 'data'],
    ['Hello there', undefined],
  ])('are chosen by the words of "%s"', (message, room) => {
    expect(departments?.route(message)).toBe(room)
  })

  it('see their own tools, hand the work on, and say who works', async () => {
    const many: readonly Tool[] = createCatalogue().list()
    const waist = await openTestMillrace(many)
    try {
      const who = await createOrchestrator({ waist, model: { openaiBaseUrl: server.url } })
      server.script({ calls: [{ name: 'hand_off', args: { to: 'documents' } }] }, { text: 'At your service.' })
      const events = await listen(who, { thread: 'a1', message: 'Train a model on churn', caller: waist.owner })
      expect(events.flatMap((event) => (event.type === 'agent' ? [event.name] : []))).toEqual(['training', 'documents', undefined])
      const [first, second] = server.seen.slice(-2).map(({ tools }) => tools.map((tool) => tool.function.name))
      expect(first).toEqual(expect.arrayContaining(['train_model', 'list_datasets', 'hand_off', 'write_plan']))
      expect(first).not.toContain('ask_documents')
      expect(second).toEqual(expect.arrayContaining(['ask_documents', 'list_datasets', 'hand_off']))
      expect(second).not.toContain('train_model')
      expect(Math.max(first?.length ?? 0, second?.length ?? 0)).toBeLessThan(many.length * 0.75)
    } finally {
      await waist.close()
    }
  })
})
