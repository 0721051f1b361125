/**
 * Clients that write and, as careful clients do, send a write again under the same idempotency key until it is answered.
 * Every answer is remembered: it is a promise the server must keep over all kills.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

export type Acknowledged =
  | { readonly kind: 'dataset'; readonly name: string; readonly rows: number; readonly version: number }
  | { readonly kind: 'run'; readonly run: string; readonly tool: string; readonly dataset: string }

export interface Clients {
  readonly acknowledged: readonly Acknowledged[]
  /** Answers that were neither success nor a lost connection. */
  readonly refused: readonly string[]
  /** Requests sent again because the connection broke before the answer. */
  readonly repeated: () => number
  /** No new writes; resolves when those under way are answered. */
  finish(): Promise<void>
}

const done = z.object({ data: z.object({ name: z.string(), version: z.number(), rows: z.number() }) })
const accepted = z.object({ run: z.string() })
const everyNthTrains = 3
const pauseMs = 150
const unansweredMs = 180_000

export function startClients({
  url,
  folder,
  clients,
}: {
  readonly url: string
  readonly folder: string
  readonly clients: number
}): Clients {
  const acknowledged: Acknowledged[] = []
  const refused: string[] = []
  let repeated = 0
  let finishing = false
  let next = 0

  /** The answer's status and JSON, however often it takes. */
  const send = async (path: string, key: string, body: unknown): Promise<{ readonly status: number; readonly json: unknown }> => {
    const deadline = performance.now() + unansweredMs
    for (;;) {
      try {
        const response = await fetch(`${url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(60_000),
        })
        const json: unknown = await response.json()
        if (response.status !== 503) return { status: response.status, json }
      } catch (error) {
        if (performance.now() > deadline) throw error
        repeated++
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  const ingest = async (index: number): Promise<void> => {
    const name = `soak_${index}`
    const rows = 60 + (index % 50)
    await writeFile(join(folder, `${name}.csv`), table(index, rows))
    const { status, json } = await send('/api/tools/ingest_data', `ingest-${index}`, { source: join(folder, `${name}.csv`), name })
    if (status === 200) acknowledged.push({ kind: 'dataset', name, rows, version: done.parse(json).data.version })
    else if (status === 202) acknowledged.push({ kind: 'run', tool: 'ingest_data', dataset: name, run: accepted.parse(json).run })
    else refused.push(`ingest_data ${name}: ${status} ${JSON.stringify(json)}`)
  }
  const train = async (index: number, dataset: string): Promise<void> => {
    const input = { dataset, target: 'label', algorithm: 'tree', folds: 3, seed: 7 }
    const { status, json } = await send('/api/tools/train_model?wait=0', `train-${index}`, input)
    if (status === 202) acknowledged.push({ kind: 'run', tool: 'train_model', dataset, run: accepted.parse(json).run })
    else if (status !== 200) refused.push(`train_model on ${dataset}: ${status} ${JSON.stringify(json)}`)
  }
  const client = async (): Promise<void> => {
    while (!finishing) {
      const index = next++
      const dataset = acknowledged.findLast((one) => one.kind === 'dataset')
      if (index % everyNthTrains === everyNthTrains - 1 && dataset?.kind === 'dataset') await train(index, dataset.name)
      else await ingest(index)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  all.catch(() => undefined)
  return {
    acknowledged,
    refused,
    repeated: () => repeated,
    finish: async () => {
      finishing = true
      await all
    },
  }
}

/** Two classes that a tree can tell apart; no two tables are alike, so none is taken for a version that is there already. */
function table(index: number, rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => `${index}.${row},${(row * 37) % 101},${(row * 37) % 101 > 50 ? 'yes' : 'no'}`)
  return ['id,size,label', ...lines, ''].join('\n')
}
