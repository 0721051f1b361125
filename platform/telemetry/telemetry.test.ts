import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database/database.ts'
import { Fault } from '../fault.ts'
import { openTestDatabase } from '../testing/harness.ts'
import { createLog } from './log.ts'
import type { Telemetry } from './telemetry.ts'
import { createTelemetry } from './tracing.ts'

describe('the log', () => {
  it('keeps secrets out, whether they are fields or part of a text', () => {
    const lines: string[] = []
    const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } })
    log.info(
      { token: 'abc', headers: { authorization: 'Bearer zzz' }, kept: 'yes' },
      'calls with Bearer qqqqqq and postgres://u:hunter2@h/db',
    )
    const [line = ''] = lines
    for (const secret of ['abc', 'zzz', 'qqqqqq', 'hunter2']) expect(line).not.toContain(secret)
    expect(JSON.parse(line)).toMatchObject({ kept: 'yes', level: 'info' })
  })
})

describe('telemetry', () => {
  let db: Database
  let telemetry: Telemetry
  const received: unknown[] = []
  const collector = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ url: request.url, body: JSON.parse(body) })
      response.end('{}')
    })
  })
  beforeAll(async () => {
    db = await openTestDatabase()
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    const address: AddressInfo | string | null = collector.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const log = createLog({ level: 'silent' })
    telemetry = createTelemetry({ db, log, now: () => new Date(), otlpEndpoint: `http://127.0.0.1:${port}` })
  })
  afterAll(async () => {
    await telemetry.close()
    await db.close()
    collector.close()
  })

  it('keeps spans with their parents and errors, and sends them on by OTLP', async () => {
    await telemetry.span('chat', { 'gen_ai.provider.name': 'millrace' }, async () => {
      const failing = telemetry.span('execute_tool', {}, async () => {
        throw new Fault('not_found', 'nothing there')
      })
      await expect(failing).rejects.toThrow('nothing there')
    })
    await telemetry.flush()
    const { rows } = await db.query<Record<string, unknown>>('select * from spans order by name')
    expect(rows).toMatchObject([
      { name: 'chat', status: 'ok', parent: null, attributes: { 'gen_ai.provider.name': 'millrace' } },
      { name: 'execute_tool', status: 'error', parent: rows[0]?.span, trace: rows[0]?.trace, attributes: { 'error.type': 'not_found' } },
    ])
    expect(received).toMatchObject([{ url: '/v1/traces' }])
  })

  it('counts calls and open runs for Prometheus', async () => {
    telemetry.called({ tool: 'list_datasets', kind: 'person', outcome: 'ok', seconds: 0.01 })
    const { text } = await telemetry.metrics()
    expect(text).toContain('millrace_tool_calls_total{tool="list_datasets",kind="person",outcome="ok"} 1')
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
  })
})
