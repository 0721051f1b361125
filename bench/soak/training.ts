/**
 * Kills the server at random moments of trainings, again and again; then asks whether each ended in the bytes and metrics
 * that it has when nobody disturbs it. All run to their end without a kill first, then some at a time, with kills.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { seededRandom } from '../../ml/evaluation/seeded-random.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'
import { type Ended, inspectTrainings } from './training-findings.ts'
import { type Asked, trainings, trainingTable } from './training-table.ts'

export interface TrainingReport {
  readonly kills: number
  /** Trainings that were to be disturbed. */
  readonly trainings: number
  /** Those whose process was killed at least once. */
  readonly disturbed: number
  /** Times one was taken up again. */
  readonly resumed: number
  readonly algorithms: readonly string[]
  readonly seconds: number
  readonly seed: number
  /** The first of each thing that should not be. */
  readonly wrong: readonly string[]
}

export interface TrainingOptions {
  readonly kills: number
  readonly seed?: number
  /** Rows of the table. */
  readonly rows?: number
  /** Only the first so many of the trainings. */
  readonly most?: number
  readonly database?: string | undefined
  readonly say?: (line: string) => void
}

/** A run that took down twenty processes is not tried again, so a wave sees fewer kills than that. */
const killsPerWave = 10
/** The server works at so many at once; each wave has the next ones, so that all are disturbed in turn. */
const perWave = 4
const endMs = 900_000

export async function soakTraining(options: TrainingOptions): Promise<TrainingReport> {
  const { kills, seed = 1, rows = 3000, most = trainings.length, database, say = () => undefined } = options
  const started = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'millrace-training-'))
  const server = await createServerProcess(folder, { database })
  const asked = trainings.slice(0, most)
  try {
    await server.start()
    const client = clientOf(server)
    await writeFile(join(folder, 'rows.csv'), trainingTable(rows, seed))
    await client.ask('ingest_data', { source: join(folder, 'rows.csv'), name: 'rows' })
    const calm = await startAll(client, asked)
    await client.untilEnded(calm)
    say(`${calm.length} trainings ended undisturbed`)
    const chance = seededRandom(seed)
    const pairs: (readonly [Asked, string, string])[] = []
    let killed = 0
    for (let wave = 0; killed < kills; wave++) {
      const places = Array.from({ length: Math.min(perWave, asked.length) }, (_, i) => (wave * perWave + i) % asked.length)
      const some = places.flatMap((place) => asked.slice(place, place + 1))
      const runs = await startAll(client, some)
      pairs.push(...some.map((each, i) => [each, calm[places[i] ?? 0] ?? '', runs[i] ?? ''] as const))
      for (let kill = 0; kill < killsPerWave && killed < kills && (await client.anyOpen(runs)); kill++) {
        await sleep(300 + chance() * 3000)
        await server.kill()
        await server.start()
        say(`kill ${++killed} of ${kills}`)
      }
      await client.untilEnded(runs)
    }
    const code = await server.stop(30_000)
    const { ended, left } = await inspectTrainings({ folder, database })
    const attempts = pairs.map(([, , run]) => ended.get(run)?.attempts ?? 1)
    const wrong = [
      ...(code === 0 ? [] : [`the last stop ended with ${code}`]),
      ...pairs.flatMap(([each, undisturbed, run]) => wrongIn(each, ended.get(run), ended.get(undisturbed))),
      ...(left === 0 ? [] : [`${left} checkpoints of runs that ended were left`]),
    ]
    return {
      kills: killed,
      trainings: pairs.length,
      disturbed: attempts.filter((count) => count > 1).length,
      resumed: attempts.reduce((sum, count) => sum + count - 1, 0),
      algorithms: [...new Set(asked.map(({ tool, algorithm }) => `${tool} ${algorithm}`))],
      seconds: Math.round((performance.now() - started) / 1000),
      seed,
      wrong: wrong.slice(0, 20),
    }
  } finally {
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

function wrongIn({ algorithm, tool }: Asked, ended: Ended | undefined, calm: Ended | undefined): readonly string[] {
  if (ended?.state !== 'succeeded') return [`${tool} ${algorithm}, run ${ended?.run}: ${ended?.state} ${ended?.error}`]
  if (calm?.state !== 'succeeded') return [`${tool} ${algorithm} failed undisturbed: ${calm?.error}`]
  const name = `${tool} ${algorithm}, run ${ended.run}, after ${ended.attempts} attempts`
  return [
    ...(ended.model === calm.model ? [] : [`${name}: another model`]),
    ...(ended.metrics === calm.metrics ? [] : [`${name}: metrics ${ended.metrics} instead of ${calm.metrics}`]),
    ...(ended.curve === calm.curve ? [] : [`${name}: another learning curve`]),
  ]
}

type Client = ReturnType<typeof clientOf>

async function startAll(client: Client, asked: readonly Asked[]): Promise<readonly string[]> {
  const runs: string[] = []
  for (const each of asked) runs.push(await client.start(each))
  return runs
}

const accepted = z.object({ run: z.string() })
const runShape = z.object({ state: z.string() })

function clientOf({ url }: Pick<ServerProcess, 'url'>) {
  const ask = async (tool: string, input: unknown, wait = ''): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/api/tools/${tool}${wait}`, { method: 'POST', headers, body: JSON.stringify(input) })
    const json: unknown = await response.json()
    if (response.ok) return json
    throw new Error(`${tool}: ${response.status} ${JSON.stringify(json)}`)
  }
  const isOpen = async (run: string): Promise<boolean> => {
    const response = await fetch(`${url}/api/runs/${run}`)
    return ['queued', 'running'].includes(runShape.parse(await response.json()).state)
  }
  const anyOpen = async (runs: readonly string[]): Promise<boolean> => (await Promise.all(runs.map(isOpen))).includes(true)
  return {
    ask,
    anyOpen,
    start: async ({ tool, ...input }: Asked): Promise<string> =>
      accepted.parse(await ask(tool, { dataset: 'rows', ...input }, '?wait=0')).run,
    untilEnded: async (runs: readonly string[]): Promise<void> => {
      const deadline = performance.now() + endMs
      while (performance.now() < deadline && (await anyOpen(runs))) await sleep(300)
    },
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
