import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import { defineTool } from '../../tools/tool.ts'
import type { ChatEvent, Orchestrator } from '../chat.ts'
import { createOrchestrator } from '../orchestrator.ts'
import { bracketed, listen, resultsIn, spoken } from '../testing/listening.ts'
import { type OpenAiServer, openAiServer } from '../testing/openai-server.ts'
import { toldModel } from '../testing/told-model.ts'
import { PlanBoard } from './plan-board.ts'

/** How many calls of `meet` are inside at once. */
let inside = 0
let most = 0
let met = Promise.withResolvers<void>()

const meetTool = defineTool({
  name: 'meet',
  title: 'Meet',
  description: 'Waits until two calls of it are under way at the same time, for tests of the chat.',
  input: z.strictObject({ name: z.string().describe('Who.') }),
  output: z.object({ name: z.string() }),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async ({ name }) => {
    inside += 1
    most = Math.max(most, inside)
    if (inside === 2) met.resolve()
    await met.promise
    inside -= 1
    return { content: `${name} met somebody.`, data: { name } }
  },
})

const closeTool = defineTool({
  name: 'close_shop',
  title: 'Close a shop',
  description: 'Closes a shop for the day, which somebody must approve first.',
  input: z.strictObject({ shop: z.string().describe('Which one.') }),
  output: z.object({ shop: z.string() }),
  effect: 'change',
  role: 'builder',
  examples: [],
  run: async ({ shop }, context) => context.commit(async () => ({ content: `Closed ${shop}.`, data: { shop } })),
})

let millrace: TestMillrace
let server: OpenAiServer
let hosted: Orchestrator
let told: Orchestrator

beforeAll(async () => {
  millrace = await openTestMillrace([meetTool, closeTool])
  server = await openAiServer()
  hosted = await createOrchestrator({ waist: millrace, model: { openaiBaseUrl: server.url } })
  told = await createOrchestrator({ waist: millrace, model: toldModel })
})
afterAll(async () => {
  await server.close()
  await millrace.close()
})

async function say(who: Orchestrator, thread: string, message?: string): Promise<readonly ChatEvent[]> {
  const events = await listen(who, { thread, caller: millrace.owner, ...(message === undefined ? { resume: true } : { message }) })
  expect(bracketed(events)).toEqual([])
  return events
}

const plans = (events: readonly ChatEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'plan' ? [event.steps.map(({ title, state }) => `${title}: ${state}`).join(', ')] : []))

describe('calls of one answer', () => {
  it('run at the same time', async () => {
    met = Promise.withResolvers()
    const events = await say(told, 'p1', 'meet {"name":"Ada"}\nmeet {"name":"Bob"}')
    expect(most).toBe(2)
    expect(
      resultsIn(events)
        .map(({ content }) => content)
        .sort(),
    ).toEqual(['Ada met somebody.', 'Bob met somebody.'])
  })

  it('wait for their approvals together, and the others are done meanwhile', async () => {
    met.resolve()
    const events = await say(told, 'p2', 'close_shop {"shop":"east"}\nmeet {"name":"Cy"}\nclose_shop {"shop":"west"}')
    const waiting = events.at(-1)
    if (waiting?.type !== 'waiting') throw new Error('Nothing waits.')
    expect(waiting.approvals.map(({ input }) => input)).toEqual([{ shop: 'east' }, { shop: 'west' }])
    expect(resultsIn(events)).toMatchObject([{ tool: 'meet', ok: true }])
    const [east, west] = waiting.approvals
    await decide(east?.approval, 'approve')
    const half = await say(told, 'p2')
    expect(half.at(-1)).toMatchObject({ type: 'waiting', approvals: [{ approval: west?.approval }] })
    await decide(west?.approval, 'reject')
    const done = await say(told, 'p2')
    expect(resultsIn(done)).toMatchObject([{ tool: 'close_shop', ok: false }])
    expect((await told.history('p2', millrace.owner)).filter(({ role }) => role === 'tool')).toHaveLength(3)
  })

  async function decide(id: string | undefined, decision: 'approve' | 'reject'): Promise<void> {
    await millrace.platform.approvals.decide({ id: id ?? '', decision, caller: millrace.owner, mayCall: () => true })
  }
})

describe('the plan of a hosted model', () => {
  it('is shown as it is written, and follows the calls it names', async () => {
    server.script(
      {
        calls: [
          {
            name: 'write_plan',
            args: { steps: [{ title: 'Meet Ada', tool: 'meet' }, { title: 'Close up', tool: 'close_shop' }, { title: 'Say so' }] },
          },
        ],
      },
      { calls: [{ name: 'meet', args: { name: 'Ada' } }] },
      { calls: [{ name: 'close_shop', args: { shop: 'north' } }] },
    )
    const events = await say(hosted, 'h1', 'meet Ada, then close the shop north')
    expect(plans(events)).toEqual([
      'Meet Ada: pending, Close up: pending, Say so: pending',
      'Meet Ada: running, Close up: pending, Say so: pending',
      'Meet Ada: done, Close up: pending, Say so: pending',
      'Meet Ada: done, Close up: running, Say so: pending',
      'Meet Ada: done, Close up: waiting, Say so: pending',
    ])
    const waiting = events.at(-1)
    if (waiting?.type !== 'waiting') throw new Error('Nothing waits.')
    await millrace.platform.approvals.decide({
      id: waiting.approvals[0]?.approval ?? '',
      decision: 'approve',
      caller: millrace.owner,
      mayCall: () => true,
    })
    server.script({ text: 'Closed.' })
    const resumed = await say(hosted, 'h1')
    expect(plans(resumed).at(0)).toBe('Meet Ada: done, Close up: pending, Say so: pending')
    expect(plans(resumed).at(-1)).toBe('Meet Ada: done, Close up: done, Say so: skipped')
    expect(spoken(resumed)).toBe('Closed.')
  })

  it('that cannot be read is refused, and the turn goes on', async () => {
    server.script({ calls: [{ name: 'write_plan', args: { steps: 'all of it' } }] }, { text: 'Without a plan, then.' })
    const events = await say(hosted, 'h2', 'plan something')
    expect(resultsIn(events)).toMatchObject([{ ok: false }])
    expect(plans(events)).toEqual([])
  })
})

describe('the plan of the offline planner', () => {
  it('is told whole at once, and each step as it comes', () => {
    const told: ChatEvent[] = []
    const board = new PlanBoard(
      (event) => told.push(event),
      (tool) => tool.toUpperCase(),
    )
    board.planned([
      { tool: 'a', arguments: { x: 1 } },
      { tool: 'b', arguments: { y: '$prev.x' }, condition: 'it drifted' },
      { tool: 'a', arguments: { x: 2 } },
    ])
    board.mark('c1', 'a', 'running')
    board.mark('c1', 'a', 'failed')
    board.end()
    expect(plans(told)).toEqual([
      'A: pending, B: pending, A: pending',
      'A: running, B: pending, A: pending',
      'A: failed, B: pending, A: pending',
      'A: failed, B: skipped, A: skipped',
    ])
    expect(told[0]).toMatchObject({ steps: [{ id: 'step-1', tool: 'a', input: { x: 1 } }, { condition: 'it drifted' }, {}] })
  })

  it('of one step says nothing that the call does not say', () => {
    const told: ChatEvent[] = []
    const board = new PlanBoard((event) => told.push(event), String)
    board.planned([{ tool: 'a', arguments: {} }])
    board.mark('c1', 'a', 'running')
    board.end()
    expect(told).toEqual([])
  })
})
