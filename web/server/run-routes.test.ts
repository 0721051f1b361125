import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

async function start(steps: number): Promise<string> {
  const { json } = await server.send('/api/tools/work_long?wait=0', { body: { steps } })
  return String(Reflect.get(Object(json), 'run'))
}

/** The data of every event of one name in a stream. */
function eventsIn(text: string, name: string): readonly Record<string, unknown>[] {
  return text.split('\n\n').flatMap((block) => {
    const lines = block.split('\n')
    return lines.includes(`event: ${name}`) ? [JSON.parse(lines.find((line) => line.startsWith('data: '))?.slice(6) ?? 'null')] : []
  })
}

describe('a run over HTTP', () => {
  it('is streamed from its start to its end', async () => {
    const id = await start(20)
    const answer = await server.send(`/api/runs/${id}/events`)
    const runs = eventsIn(answer.text, 'run')
    expect(answer.headers['content-type']).toBe('text/event-stream')
    expect(runs.length).toBeGreaterThan(2)
    expect(runs.some((run) => run.state === 'running' && run.progress !== null)).toBe(true)
    expect(runs.at(-1)).toMatchObject({ id, state: 'succeeded', result: { content: 'Worked.', data: { steps: 20 } } })
    expect(runs.filter((run) => run.endedAt !== null)).toHaveLength(1)
  })

  it('that has ended is one event', async () => {
    const id = await start(0)
    await server.send(`/api/runs/${id}/events`)
    expect(eventsIn((await server.send(`/api/runs/${id}/events`)).text, 'run')).toMatchObject([{ id, state: 'succeeded' }])
  })

  it('is listed, newest first, by tool and state', async () => {
    const id = await start(0)
    await server.send(`/api/runs/${id}/events`)
    const { json } = await server.send('/api/runs?tool=work_long&state=succeeded&limit=1')
    expect(json).toMatchObject({ runs: [{ id, tool: 'work_long', caller: { id: 'local:owner' } }] })
    expect(await server.send('/api/runs?tool=add_numbers')).toMatchObject({ json: { runs: [] } })
  })

  it('is cancelled, twice without harm', async () => {
    const id = await start(100_000)
    const cancelled = await server.send(`/api/runs/${id}/cancel`, { method: 'POST' })
    const events = await server.send(`/api/runs/${id}/events`)
    expect(cancelled.status).toBe(202)
    expect(eventsIn(events.text, 'run').at(-1)).toMatchObject({ id, state: 'cancelled' })
    expect((await server.send(`/api/runs/${id}/cancel`, { method: 'POST' })).status).toBe(202)
    expect(await server.send(`/api/runs/${id}`)).toMatchObject({ status: 200, json: { state: 'cancelled' } })
  })
})
