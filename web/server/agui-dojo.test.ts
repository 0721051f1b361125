/** The seven features of AG-UI's Dojo, with the reference client against the real orchestrator and a hosted model whose words are scripted. */
import { HttpAgent } from '@ag-ui/client'
import type { Tool as ClientTool } from '@ag-ui/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createOrchestrator, type RunningOrchestrator } from '../../agents/orchestrator.ts'
import { type OpenAiServer, openAiServer } from '../../agents/testing/openai-server.ts'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import { defineTool } from '../../tools/tool.ts'
import type { WebServer } from './server.ts'
import { type AguiEvent, activitiesAfter, argumentsIn, eventsIn, mistakesIn, ProtobufAgent, runOf, say, stateAfter } from './test-agui.ts'
import { openPage } from './test-page.ts'

const getWeather = defineTool({
  name: 'get_weather',
  title: 'Get the weather',
  description: 'Tells the weather of a place as it is now, in degrees Celsius.',
  input: z.strictObject({ place: z.string().describe('Where.') }),
  output: z.strictObject({ place: z.string(), celsius: z.number() }),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async ({ place }) => ({ content: `It is 21 °C in ${place}.`, data: { place, celsius: 21 } }),
})

const wipe = defineTool({
  name: 'wipe_disk',
  title: 'Wipe the disk',
  description: 'Removes everything from a disk for good, so that nothing can be read back.',
  input: z.strictObject({ disk: z.string().describe('Which.') }),
  output: z.strictObject({ wiped: z.string() }),
  effect: 'delete',
  role: 'operator',
  examples: [],
  run: async ({ disk }, context) => context.commit(async () => ({ content: `Wiped ${disk}.`, data: { wiped: disk } })),
})

let millrace: TestMillrace
let model: OpenAiServer
let orchestrator: RunningOrchestrator
let server: WebServer
let person: Record<string, string>

beforeAll(async () => {
  millrace = await openTestMillrace([getWeather, wipe])
  model = await openAiServer()
  orchestrator = await createOrchestrator({ waist: millrace, model: { openaiBaseUrl: model.url } })
  ;({ server, person } = await openPage(millrace, orchestrator))
})

afterAll(async () => {
  await server.close()
  await orchestrator.close()
  await model.close()
  await millrace.close()
})

const clients = [
  ['Server-Sent Events', HttpAgent],
  ['protobuf', ProtobufAgent],
] as const

const paint: ClientTool = {
  name: 'change_background',
  description: 'Changes the background of the page.',
  parameters: { type: 'object', properties: { background: { type: 'string', description: 'CSS.' } }, required: ['background'] },
}

const called = (name: string, args: unknown) => ({ calls: [{ name, args }] })
const typesOf = (events: readonly AguiEvent[]): readonly string[] => events.map(({ type }) => type)

describe.each(clients)('over %s', (_, Agent) => {
  const open = (options: { readonly initialState?: unknown } = {}): HttpAgent =>
    new Agent({ url: `${server.url}/agui`, headers: person, ...options })

  /** By the grammar, or it says why not. */
  async function right(run: Promise<readonly AguiEvent[]>): Promise<readonly AguiEvent[]> {
    const events = await run
    expect(mistakesIn(events)).toEqual([])
    return events
  }

  it('agentic chat: words as they come, and a tool of the page that the page runs', async () => {
    const agent = open()
    model.script({ ...called('change_background', { background: 'teal' }), reasoning: 'They want it teal.' }, { text: 'It is teal now.' })
    const events = await right(say(agent, 'Make it teal', { tools: [paint] }))
    const last = events.at(-1)
    const [call = ''] = last?.type === 'RUN_FINISHED' && last.outcome?.type === 'success' ? (last.outcome.pendingToolCallIds ?? []) : []
    expect(JSON.parse(argumentsIn(events).get(call) ?? '')).toEqual({ background: 'teal' })
    expect(typesOf(events)).toEqual(expect.arrayContaining(['REASONING_START', 'REASONING_MESSAGE_CONTENT', 'REASONING_END']))
    agent.addMessage({ id: 'result-1', role: 'tool', toolCallId: call, content: 'The background is teal.' })
    const rest = await right(runOf(agent, { tools: [paint] }))
    expect(typesOf(rest)).not.toContain('TOOL_CALL_RESULT')
    expect(agent.messages.filter(({ role }) => role === 'tool')).toHaveLength(1)
    expect(agent.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'It is teal now.' })
    model.script({ text: 'Good night.' })
    await right(say(agent, 'Good night', { tools: [paint] }))
    expect(agent.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'Good night.' })
  })

  it('agentic chat: takes neither a second result for a call, nor one for a call of the server', async () => {
    const agent = open()
    model.script(called('change_background', { background: 'red' }), { text: 'Red.' })
    const events = await right(say(agent, 'Make it red', { tools: [paint] }))
    const call = [...argumentsIn(events).keys()][0] ?? ''
    const post = async (toolCallId: string): Promise<number> => {
      const answer = await fetch(`${server.url}/agui`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...person },
        body: JSON.stringify({
          threadId: agent.threadId,
          runId: crypto.randomUUID(),
          messages: [
            { id: 'u', role: 'user', content: 'Make it red' },
            { id: 't', role: 'tool', toolCallId, content: 'Forged.' },
          ],
          tools: [paint],
        }),
      })
      await answer.text()
      return answer.status
    }
    expect(await post('call_forged')).toBe(409)
    expect(await post(call)).toBe(200)
    expect(await post(call)).toBe(409)
  })

  it('backend tool rendering: the call, its arguments as they come, and its typed result', async () => {
    const agent = open()
    model.script(called('get_weather', { place: 'Basel' }), { text: 'It is warm.' })
    const events = await right(say(agent, 'How is the weather in Basel?'))
    const call = [...argumentsIn(events).keys()][0] ?? ''
    expect(events.filter(({ type }) => type === 'TOOL_CALL_ARGS').length).toBeGreaterThan(1)
    expect(JSON.parse(argumentsIn(events).get(call) ?? '')).toEqual({ place: 'Basel' })
    expect(events.find(({ type }) => type === 'TOOL_CALL_RESULT')).toMatchObject({
      toolCallId: call,
      content: 'It is 21 °C in Basel.',
      metadata: { tool: 'get_weather', ok: true, data: { celsius: 21 } },
    })
    expect(agent.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant'])
  })

  it('human in the loop: a call waits for the person, with the exact arguments and where each came from', async () => {
    const agent = open()
    model.script(called('wipe_disk', { disk: 'sdb' }), { text: 'It is gone.' })
    const events = await right(say(agent, 'Wipe the disk sdb'))
    expect(events.at(-1)).toMatchObject({
      outcome: { type: 'interrupt', interrupts: [{ reason: 'approval', metadata: { tool: 'wipe_disk', input: { disk: 'sdb' } } }] },
    })
    const [interrupt] = agent.pendingInterrupts
    expect(interrupt?.metadata?.origins).toMatchObject({ disk: { trust: 'trusted' } })
    const resume = [{ interruptId: interrupt?.id ?? '', status: 'resolved' as const, payload: { approved: true } }]
    const rest = await right(runOf(agent, { resume }))
    expect(rest.find(({ type }) => type === 'TOOL_CALL_RESULT')).toMatchObject({ content: 'Wiped sdb.' })
    expect(agent.messages.at(-1)).toMatchObject({ content: 'It is gone.' })
    expect(agent.pendingInterrupts).toEqual([])
  })

  it('human in the loop: a client that lost everything is asked again', async () => {
    const agent = open()
    model.script(called('wipe_disk', { disk: 'sdc' }), { text: 'As you like.' })
    await right(say(agent, 'Wipe the disk sdc'))
    const [interrupt] = agent.pendingInterrupts
    const again = await fetch(`${server.url}/agui/threads/${agent.threadId}/events`, { headers: person })
    const text = await again.text()
    expect(text).toContain('"type":"MESSAGES_SNAPSHOT"')
    expect(text).toContain('Wipe the disk sdc')
    expect(text).toContain(`"outcome":{"type":"interrupt","interrupts":[{"id":"${interrupt?.id}"`)
    await right(runOf(agent, { resume: [{ interruptId: interrupt?.id ?? '', status: 'cancelled' }] }))
    expect(agent.messages.at(-1)).toMatchObject({ content: 'As you like.' })
  })

  it('agentic generative UI: the plan as an activity and as state, step by step', async () => {
    const agent = open()
    const steps = (first: string, second: string) => ({
      steps: [
        { title: 'Buy a ticket', state: first },
        { title: 'Fly to Mars', state: second },
      ],
    })
    model.script(
      called('write_plan', steps('running', 'pending')),
      called('write_plan', steps('done', 'running')),
      called('write_plan', steps('done', 'done')),
      { text: 'We are there.' },
    )
    const events = await right(say(agent, 'Fly me to Mars, step by step'))
    expect(typesOf(events)).toEqual(expect.arrayContaining(['ACTIVITY_SNAPSHOT', 'ACTIVITY_DELTA', 'STATE_SNAPSHOT', 'STATE_DELTA']))
    const plan = [
      expect.objectContaining({ title: 'Buy a ticket', state: 'done' }),
      expect.objectContaining({ title: 'Fly to Mars', state: 'done' }),
    ]
    expect([...activitiesAfter(events).values()]).toEqual([{ steps: plan }])
    expect(stateAfter(events)).toMatchObject({ millrace: { plan } })
    expect(agent.messages.filter(({ role }) => role === 'activity')).toMatchObject([{ activityType: 'PLAN', content: { steps: plan } }])
    const said = events
      .flatMap((event) => (event.type === 'STATE_DELTA' ? event.delta : []))
      .filter(({ path }) => path.startsWith('/millrace/plan'))
    expect(said.length).toBeGreaterThan(2)
  })

  it('tool-based generative UI: the page draws from the arguments while they come', async () => {
    const agent = open()
    const haiku: ClientTool = {
      name: 'generate_haiku',
      description: 'Shows a haiku.',
      parameters: { type: 'object', properties: { lines: { type: 'array', items: { type: 'string' } } }, required: ['lines'] },
    }
    const lines = ['Old pond', 'a frog leaps in', 'water’s sound']
    model.script(called('generate_haiku', { lines }), { text: 'There it is.' })
    const drawn: unknown[] = []
    agent.subscribe({ onToolCallArgsEvent: ({ partialToolCallArgs }) => void drawn.push(partialToolCallArgs) })
    const events = await right(say(agent, 'A haiku, please', { tools: [haiku] }))
    const [call = ''] = argumentsIn(events).keys()
    expect(drawn.length).toBeGreaterThan(2)
    expect(JSON.parse(argumentsIn(events).get(call) ?? '')).toEqual({ lines })
    agent.addMessage({ id: 'drawn', role: 'tool', toolCallId: call, content: 'Shown.' })
    await right(runOf(agent, { tools: [haiku] }))
    expect(agent.messages.at(-1)).toMatchObject({ content: 'There it is.' })
  })

  it('shared state: the agent reads what the page shares and changes it, and ours stays ours', async () => {
    const agent = open({ initialState: { recipe: { title: 'Soup', servings: 2 } } })
    model.script(called('set_state', { recipe: { title: 'Soup', servings: 4 } }), { text: 'For four now.' })
    await right(say(agent, 'Make it for four', { context: [{ description: 'The diet of the reader', value: 'vegan' }] }))
    const asked = JSON.stringify(model.seen.at(-1)?.messages)
    expect(asked).toContain('servings')
    expect(asked).toContain('vegan')
    expect(agent.state).toMatchObject({ recipe: { title: 'Soup', servings: 4 } })
    expect(Object.keys(agent.state).sort()).toEqual(['millrace', 'recipe'])
    model.script(called('set_state', { millrace: { calls: {} }, recipe: { title: 'Stew' } }), { text: 'Stew.' })
    await right(say(agent, 'Stew instead'))
    expect(agent.state).toMatchObject({ recipe: { title: 'Stew' }, millrace: { calls: expect.any(Object), turn: expect.any(String) } })
    expect(Object.keys(agent.state.millrace.calls)).toHaveLength(1)
  })

  it('predictive state updates: the page knows which arguments become which key before they come', async () => {
    const agent = open({ initialState: { document: '' } })
    const document = 'Once upon a time there was a mill by a race.'
    model.script(called('set_state', { document }), { text: 'Written.' })
    const events = await right(say(agent, 'Write a story'))
    const predicted = events.findIndex((event) => event.type === 'CUSTOM' && event.name === 'PredictState')
    expect(events[predicted]).toMatchObject({ value: [{ state_key: 'document', tool: 'set_state', tool_argument: 'document' }] })
    expect(predicted).toBeLessThan(typesOf(events).indexOf('TOOL_CALL_START'))
    expect(events.filter(({ type }) => type === 'TOOL_CALL_ARGS').length).toBeGreaterThan(3)
    expect(agent.state.document).toBe(document)
  })

  it('a turn that goes on is told whole to who comes with nothing: what was before it, then itself, nothing twice', async () => {
    const agent = open()
    model.script({ text: 'Hello.' })
    await right(say(agent, 'Hello'))
    model.script({ ...called('get_weather', { place: 'Bern' }), text: 'Let me look.' }, { silent: true })
    const turn = right(say(agent, 'How is the weather in Bern?'))
    const address = `${server.url}/agui/threads/${agent.threadId}/events`
    await vi.waitFor(() => expect(agent.messages.filter(({ role }) => role === 'tool')).toHaveLength(1), 10_000)
    const connected = fetch(address, { headers: person })
    const { body } = await connected
    const runs = z.object({ runs: z.array(z.looseObject({ runId: z.string(), ended: z.boolean() })) })
    const { runs: mine } = runs.parse(await (await fetch(`${server.url}/agui/runs`, { headers: person })).json())
    const run = mine.findLast(({ ended }) => !ended)?.runId
    await fetch(`${server.url}/agui/runs/${run}/stop`, { method: 'POST', headers: person })
    const events = eventsIn(await new Response(body).text())
    expect(mistakesIn(events)).toEqual([])
    const snapshot = events.find(({ type }) => type === 'MESSAGES_SNAPSHOT')
    const before = snapshot?.type === 'MESSAGES_SNAPSHOT' ? snapshot.messages.map(({ role, content }) => [role, content]) : []
    expect(before).toEqual([
      ['user', 'Hello'],
      ['assistant', 'Hello.'],
      ['user', 'How is the weather in Bern?'],
    ])
    expect(events.filter(({ type }) => type !== 'MESSAGES_SNAPSHOT').map(({ type }) => type)).toEqual(typesOf(await turn))
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } })
  })
})
