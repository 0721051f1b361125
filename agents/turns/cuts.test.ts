import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import { type Checkpoints, openCheckpoints } from '../checkpoints.ts'
import { createOrchestrator } from '../orchestrator.ts'
import { noteTool } from '../testing/note-tool.ts'
import { toldModel } from '../testing/told-model.ts'

const deeds: string[] = []
let millrace: TestMillrace
let checkpoints: Checkpoints
beforeAll(async () => {
  millrace = await openTestMillrace([noteTool(deeds)])
  checkpoints = await openCheckpoints(millrace.platform.db)
})
afterAll(() => millrace.close())

/** Of the writes of a turn only these come to be; from the first that does not on, nothing is heard of the turn any more. */
function cutSaver(written: (write: number) => boolean): { readonly saver: Checkpoints; readonly cut: Promise<void> } {
  const cut = Promise.withResolvers<void>()
  const never = new Promise<never>(() => undefined)
  let writes = 0
  let dead = false
  const one = <T>(write: () => Promise<T>): Promise<T> => {
    writes += 1
    const last = !written(writes + 1)
    if (!written(writes)) {
      dead = true
      cut.resolve()
      return never
    }
    const done = write()
    if (last) void done.then(() => cut.resolve())
    return dead || last ? never : done
  }
  const saver: Checkpoints = Object.create(checkpoints)
  saver.put = (...given) => one(() => checkpoints.put(...given))
  saver.putWrites = (...given) => one(() => checkpoints.putWrites(...given))
  return { saver, cut: cut.promise }
}

/** Begins a turn that dies, takes it up in another process, and reads the conversation. */
async function afterCut(thread: string, written: (write: number) => boolean) {
  const { saver, cut } = cutSaver(written)
  const dying = await createOrchestrator({ waist: millrace, model: toldModel, checkpoints: saver, leaseMs: 60_000 })
  const request = {
    thread,
    message: `take_note ${JSON.stringify({ text: thread })}`,
    caller: millrace.owner,
    signal: AbortSignal.timeout(30_000),
  }
  const turn = dying.chat(request)[Symbol.asyncIterator]()
  const ended = (async () => {
    for (;;) if ((await turn.next()).done) return
  })()
  await Promise.race([cut, ended])
  await new Promise((resolve) => setTimeout(resolve, 50))
  const next = await createOrchestrator({ waist: millrace, model: toldModel, checkpoints })
  await Promise.race([next.recover(), new Promise((_, reject) => setTimeout(() => reject(new Error('It hangs.')), 8000))])
  const messages = await next.history(thread, millrace.owner)
  await next.close()
  return messages.map(({ role }) => role)
}

describe('a turn whose process dies', () => {
  it.each(Array.from({ length: 9 }, (_, at) => at))('after write %i is gone on with, and its effect happens once', async (writes) => {
    const thread = `cut-${writes}`
    expect(await afterCut(thread, (write) => write <= writes)).toEqual(['user', 'assistant', 'tool', 'assistant'])
    expect(deeds.filter((deed) => deed === thread)).toHaveLength(1)
  })

  it.each(Array.from({ length: 8 }, (_, at) => at + 1))(
    'without write %i but with the one after it is gone on with too',
    async (without) => {
      const thread = `gap-${without}`
      expect(await afterCut(thread, (write) => write !== without && write <= without + 1)).toEqual([
        'user',
        'assistant',
        'tool',
        'assistant',
      ])
      expect(deeds.filter((deed) => deed === thread)).toHaveLength(1)
    },
  )
})
