/**
 * Kills the server without warning, again and again, while clients write; then asks whether every promise was kept:
 * what was acknowledged is there once, what was accepted has ended, no effect is doubled, the audit chain is whole.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { seededRandom } from '../../ml/evaluation/seeded-random.ts'
import { startClients } from './clients.ts'
import { type Findings, inspect } from './findings.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

export interface KillReport {
  readonly kills: number
  readonly acknowledged: number
  readonly repeated: number
  readonly refused: number
  readonly runs: number
  readonly redelivered: number
  readonly lost: number
  readonly doubled: number
  readonly unfinished: number
  readonly failed: number
  readonly audit_rows: number
  readonly audit_broken: number | null
  readonly seconds: number
  readonly seed: number
  /** The first of each thing that should not be. */
  readonly wrong: readonly string[]
}

export interface KillOptions {
  readonly kills: number
  readonly seed?: number
  readonly clients?: number
  /** An empty Postgres database to use instead of the embedded one. */
  readonly database?: string | undefined
  readonly say?: (line: string) => void
}

/** One kill in this many hits the server while it opens. */
const everyNthWhileOpening = 5
const settleMs = 300_000

export async function soakKill({ kills, seed = 1, clients = 3, database, say = () => undefined }: KillOptions): Promise<KillReport> {
  const started = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'millrace-soak-'))
  const server = await createServerProcess(folder, { database })
  try {
    await server.start()
    const load = startClients({ url: server.url, folder, clients })
    const chance = seededRandom(seed)
    for (let kill = 1; kill <= kills; kill++) {
      await killOnce(server, chance, kill)
      say(`kill ${kill} of ${kills}: ${load.acknowledged.length} acknowledged`)
    }
    await load.finish()
    await untilIdle(server.url)
    const code = await server.stop(30_000)
    const findings = await inspect({ folder, database }, load.acknowledged)
    const wrong = [...load.refused, ...(code === 0 ? [] : [`the last stop ended with ${code}`]), ...wrongIn(findings)]
    return {
      kills,
      acknowledged: load.acknowledged.length,
      repeated: load.repeated(),
      refused: load.refused.length,
      runs: findings.runs,
      redelivered: findings.redelivered,
      lost: findings.lost.length,
      doubled: findings.doubled.length,
      unfinished: findings.unfinished.length,
      failed: findings.failed.length,
      audit_rows: findings.audit.rows,
      audit_broken: findings.audit.broken,
      seconds: Math.round((performance.now() - started) / 1000),
      seed,
      wrong: wrong.slice(0, 20),
    }
  } finally {
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

/** True when every promise was kept. */
export const isClean = ({ wrong }: KillReport): boolean => wrong.length === 0

async function killOnce(server: ServerProcess, chance: () => number, kill: number): Promise<void> {
  await sleep(200 + chance() * 3_500)
  await server.kill()
  if (kill % everyNthWhileOpening === 0) {
    server.launch()
    await sleep(chance() * 3_000)
    await server.kill()
  }
  await server.start()
}

const runList = z.object({ runs: z.array(z.object({ id: z.string() })) })

async function untilIdle(url: string): Promise<void> {
  const deadline = performance.now() + settleMs
  for (;;) {
    const open = await Promise.all(
      ['queued', 'running'].map(async (state) => {
        const response = await fetch(`${url}/api/runs?state=${state}&limit=500`)
        return runList.parse(await response.json()).runs.length
      }),
    )
    if (open.every((count) => count === 0) || performance.now() > deadline) return
    await sleep(250)
  }
}

function wrongIn({ lost, doubled, unfinished, failed, audit }: Findings): readonly string[] {
  return [
    ...lost.map((what) => `lost: ${what}`),
    ...doubled.map((what) => `doubled: ${what}`),
    ...unfinished.map((what) => `unfinished: ${what}`),
    ...failed.map((what) => `failed: ${what}`),
    ...(audit.broken === null ? [] : [`the audit chain breaks at row ${audit.broken}`]),
  ]
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
