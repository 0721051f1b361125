import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import { defineTool } from '../../tools/tool.ts'
import type { ChatEvent } from '../chat.ts'
import { type Checkpoints, openCheckpoints } from '../checkpoints.ts'
import { createOrchestrator, type RunningOrchestrator } from '../orchestrator.ts'
import { listen, resultsIn, spoken } from '../testing/listening.ts'
import { noteTool } from '../testing/note-tool.ts'
import { toldModel } from '../testing/told-model.ts'

const deeds: string[] = []
/** What a call waits for before it does anything. */
let gate: () => unknown = () => undefined
let entered = 0
const enter = (): unknown => {
  entered += 1
  return gate()
}

const brewTool = defineTool({
  name: 'brew_tea',
  title: 'Brew tea',
  description: 'Brews tea of a given kind, which takes a while; tells how far it is.',
  input: z.strictObject({ kind: z.string().describe('Kind of the tea, in quotes.') }),
  output: z.object({ kind: z.string() }),
  effect: 'create',
  role: 'builder',
  durable: true,
  examples: [{ says: 'Brew tea of the kind "oolong"', input: { kind: 'oolong' } }],
  run: async ({ kind }, context) => {
    context.progress({ fraction: 0.5, message: 'Half brewed.' })
    await Promise.race([gate(), new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)))])
    return context.commit(async () => {
      deeds.push(kind)
      return { content: `Brewed ${kind}.`, data: { kind } }
    })
  },
})

const deleteTool = defineTool({
  name: 'delete_note',
  title: 'Delete a note',
  description: 'Deletes a note from the board of the workspace for good.',
  input: z.strictObject({ text: z.string().describe('The note, in quotes.') }),
  output: z.object({ text: z.string() }),
  effect: 'change',
  role: 'builder',
  examples: [{ says: 'Delete the note "milk"', input: { text: 'milk' } }],
  run: async ({ text }, context) =>
    context.commit(async () => {
      deeds.push(`deleted ${text}`)
      return { content: `Deleted ${text}.`, data: { text } }
    }),
})

let millrace: TestMillrace
let checkpoints: Checkpoints
const opened: RunningOrchestrator[] = []

beforeAll(async () => {
  millrace = await openTestMillrace([noteTool(deeds, enter), brewTool, deleteTool])
  checkpoints = await openCheckpoints(millrace.platform.db)
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
  gate = () => undefined
  deeds.splice(0)
  entered = 0
})
afterAll(() => millrace.close())

async function open(options: { readonly leaseMs?: number; readonly checkpoints?: Checkpoints } = {}): Promise<RunningOrchestrator> {
  const one = await createOrchestrator({ waist: millrace, model: toldModel, checkpoints, ...options })
  opened.push(one)
  return one
}

/** As if the process had died once it began: nothing of it is heard or written any more. */
function dying(): { readonly checkpoints: Checkpoints; die(): void } {
  let dead = false
  const never = new Promise<never>(() => undefined)
  const mortal: Checkpoints = Object.create(checkpoints)
  mortal.putWrites = (...given) => (dead ? never : checkpoints.putWrites(...given))
  mortal.put = (...given) => (dead ? never : checkpoints.put(...given))
  return { checkpoints: mortal, die: () => (dead = true) }
}

/** The machine may be busy. */
const until = (holds: () => unknown): Promise<unknown> => vi.waitFor(holds, { timeout: 20_000, interval: 50 })

const note = (text: string): string => `take_note ${JSON.stringify({ text })}`

const say = (who: RunningOrchestrator, thread: string, message?: string, signal?: AbortSignal): Promise<readonly ChatEvent[]> =>
  listen(who, {
    thread,
    caller: millrace.owner,
    ...(message === undefined ? { resume: true } : { message }),
    ...(signal ? { signal } : {}),
  })

const answerOf = async (who: RunningOrchestrator, thread: string): Promise<string> =>
  (await who.history(thread, millrace.owner)).at(-1)?.text ?? ''

describe('a turn whose process died', () => {
  it('after the effect and before its result was kept goes on by itself; the effect happened once', async () => {
    const mortal = dying()
    gate = mortal.die
    void say(await open(mortal), 'r1', note('milk'))
    await until(() => expect(deeds).toEqual(['milk']))
    const next = await open()
    expect(await next.recover()).toBe(1)
    expect(await answerOf(next, 'r1')).toBe('Noted milk.')
    expect(deeds).toEqual(['milk'])
    expect(await next.recover()).toBe(0)
    expect((await say(next, 'r1', note('eggs'))).at(-1)).toEqual({ type: 'finished' })
  })

  it('before the effect does it after the restart', async () => {
    const mortal = dying()
    gate = () => new Promise(() => undefined)
    void say(await open(mortal), 'r2', note('bread'))
    await until(() => expect(entered).toBe(1))
    mortal.die()
    gate = () => undefined
    const next = await open()
    expect(await next.recover()).toBe(1)
    expect(deeds).toEqual(['bread'])
    expect(await answerOf(next, 'r2')).toBe('Noted bread.')
  })

  it('before anything was kept of it is answered from its beginning', async () => {
    const mortal = dying()
    mortal.die()
    void say(await open(mortal), 'r3', note('salt'))
    await until(async () => {
      const { rows } = await millrace.platform.db.query("select 1 from agents_turns where thread = 'r3'")
      expect(rows).toHaveLength(1)
    })
    const next = await open()
    await next.recover()
    expect(await answerOf(next, 'r3')).toBe('Noted salt.')
    expect((await next.history('r3', millrace.owner)).filter(({ role }) => role === 'user')).toHaveLength(1)
  })

  it('while it waits for a person keeps its approval, which then runs once', async () => {
    const first = await open()
    const waiting = (await say(first, 'r4', 'delete_note {"text":"milk"}')).findLast((event) => event.type === 'waiting')
    const next = await open()
    expect(await next.recover()).toBe(0)
    const again = (await say(next, 'r4')).findLast((event) => event.type === 'waiting')
    expect(again?.approvals).toEqual(waiting?.approvals)
    await millrace.platform.approvals.decide({
      id: again?.approvals[0]?.approval ?? '',
      decision: 'approve',
      caller: millrace.owner,
      mayCall: () => true,
    })
    expect(spoken(await say(next, 'r4'))).toBe('Deleted milk.')
    expect(deeds).toEqual(['deleted milk'])
  })

  it('is taken up by who asks for it, once its lease is over', async () => {
    const mortal = dying()
    gate = mortal.die
    const first = await open({ ...mortal, leaseMs: 400 })
    void say(first, 'r5', note('rice'))
    await until(() => expect(deeds).toEqual(['rice']))
    const next = await open()
    expect((await say(next, 'r5')).at(-1)).toMatchObject({ type: 'failed', code: 'conflict' })
    void first.close()
    await until(async () => expect((await say(next, 'r5')).at(-1)).toEqual({ type: 'finished' }))
    expect(deeds).toEqual(['rice'])
  })

  it('whose client kept the conversation itself is forgotten', async () => {
    const mortal = dying()
    mortal.die()
    void listen(await open(mortal), { thread: 'r6', message: note('oil'), keep: false, caller: millrace.owner })
    await until(async () => {
      const { rows } = await millrace.platform.db.query("select 1 from agents_turns where thread = 'r6'")
      expect(rows).toHaveLength(1)
    })
    const next = await open()
    await next.recover()
    expect(deeds).toEqual([])
    expect(await next.history('r6', millrace.owner)).toEqual([])
  })
})

describe('a turn that another process took over', () => {
  it('stops where it was held before', async () => {
    gate = () => new Promise(() => undefined)
    const first = await open({ leaseMs: 200 })
    const turn = say(first, 't1', note('tea'))
    await until(() => expect(entered).toBe(1))
    await millrace.platform.db.query("update agents_turns set process = 'another' where thread = 't1'")
    expect((await turn).at(-1)).toMatchObject({ type: 'failed', code: 'conflict' })
    await millrace.platform.db.query("delete from agents_turns where thread = 't1'")
  })
})

describe('a long tool', () => {
  it('tells its run with its progress, so that the run can be followed', async () => {
    const events = await say(await open(), 'l1', `brew_tea {"kind":"oolong"}`)
    const progress = events.find((event) => event.type === 'progress')
    expect(progress).toMatchObject({ tool: 'brew_tea', run: expect.stringMatching(/^run_/u), progress: { fraction: 0.5 } })
    expect((await millrace.platform.runs.get(progress?.run ?? '', 'default')).state).toBe('succeeded')
    expect(spoken(events)).toBe('Brewed oolong.')
  })

  it('ends with the turn that is stopped', async () => {
    gate = () => new Promise(() => undefined)
    const stop = new AbortController()
    const turn = say(await open(), 'l2', `brew_tea {"kind":"mint"}`, stop.signal)
    await until(async () => expect(await running()).toHaveLength(1))
    stop.abort()
    expect((await turn).at(-1)).toMatchObject({ type: 'failed', code: 'cancelled' })
    await until(async () => expect(await running()).toHaveLength(0))
  })

  it('goes on when only the server stops, and the turn with it when the server is back', async () => {
    let open_ = (): void => undefined
    const opened_ = new Promise<void>((resolve) => {
      open_ = () => resolve()
    })
    gate = () => opened_
    const stop = new AbortController()
    const turn = say(await open(), 'l3', `brew_tea {"kind":"sage"}`, stop.signal)
    await until(async () => expect(await running()).toHaveLength(1))
    stop.abort(new Fault('unavailable', 'The server is stopping.'))
    expect((await turn).at(-1)).toMatchObject({ type: 'failed', code: 'unavailable' })
    expect(await running()).toHaveLength(1)
    open_()
    const next = await open()
    expect(await next.recover()).toBe(1)
    expect(await answerOf(next, 'l3')).toBe('Brewed sage.')
    expect(deeds).toEqual(['sage'])
  })

  const running = () => millrace.platform.runs.list('default', { tool: 'brew_tea', state: 'running' })
})

describe('the kill switch', () => {
  it('ends the turns of its workspace', async () => {
    gate = () => new Promise(() => undefined)
    const turn = say(await open(), 'k1', note('stop'))
    await until(() => expect(entered).toBe(1))
    await millrace.platform.halts.halt(millrace.owner, 'It went wild.')
    const events = await turn
    expect(events.at(-1)).toMatchObject({ type: 'failed' })
    expect(resultsIn(events)).toEqual([])
    expect((await say(await open(), 'k1', note('more'))).at(-1)).toMatchObject({ type: 'failed' })
    await millrace.platform.halts.resume(millrace.owner)
    expect(deeds).toEqual([])
  })
})
