/**
 * What the waist costs: `POST /api/tools/list_datasets` (guard, caller, parsing, roles, policy, span, audit, events) against
 * a bare Express route that runs the same SQL through the same database façade. The bar: p50 at most twice the bare one.
 */
import { createServer } from 'node:http'
import { Worker } from 'node:worker_threads'
import express from 'express'
import { z } from 'zod'
import { listDatasets } from '../ml/data/datasets.ts'
import type { Database } from '../platform/database/database.ts'
import { listen } from '../web/server/listen.ts'
import { rounded, summary } from './latency.ts'
import { openBenchServer } from './server.ts'

const rounds = 20
const requests = 150
const warmUp = 1000

export async function benchToolCall(): Promise<Readonly<Record<string, unknown>>> {
  const server = await openBenchServer()
  const bare = await openBareRoute(server.millrace.platform.db)
  try {
    await seedDatasets(server.millrace.platform.db)
    const times = await measure({
      bare: { url: `${bare.url}/datasets`, body: '{}' },
      tool: { url: `${server.url}/api/tools/list_datasets`, body: '{}' },
    })
    const [bareTimes = [], toolTimes = []] = [times.bare, times.tool]
    const [barely, fully] = [summary(bareTimes), summary(toolTimes)]
    const ratio = { p50: rounded(fully.p50_ms / barely.p50_ms), p95: rounded(fully.p95_ms / barely.p95_ms) }
    return { bare: barely, tool: fully, ratio, bar: 'p50 ratio at most 2', passed: ratio.p50 <= 2 }
  } finally {
    await bare.close()
    await server.close()
  }
}

/** As little as a route of one's own would have: Express, its JSON parser, the query, the answer. */
async function openBareRoute(db: Database): Promise<{ readonly url: string; close(): Promise<void> }> {
  const app = express()
  app.use(express.json())
  app.post('/datasets', async (_req, res) => {
    res.json({ datasets: await listDatasets(db, 'default') })
  })
  const server = createServer(app)
  const { url } = await listen(server, { host: '127.0.0.1', port: 0 })
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Five small datasets, so that the answer is like a real one. */
async function seedDatasets(db: Database): Promise<void> {
  const columns = JSON.stringify(['age', 'income', 'churned'].map((name) => ({ name, type: 'number' })))
  await db.query(
    `insert into datasets (workspace, name, version, blob, rows, columns, source, parents, created_by)
     select 'default', 'bench_' || n, 1, repeat('0', 64), 100, $1, 'generated', '[]', 'bench' from generate_series(1, 5) as n`,
    [columns],
  )
}

async function measure(
  targets: Readonly<Record<string, { readonly url: string; readonly body: string }>>,
): Promise<Record<string, number[]>> {
  const worker = new Worker(new URL('./tool-call.worker.ts', import.meta.url), { workerData: { targets, rounds, requests, warmUp } })
  const message = await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return z.record(z.string(), z.array(z.number())).parse(message)
}
