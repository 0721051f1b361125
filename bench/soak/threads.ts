/**
 * Kills the server between a tool's call and the model's answer, again and again. Afterwards every conversation must have
 * gone on to its answer by itself or when asked to, each effect must be there once, and what waited for a person still did.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../ml/evaluation/seeded-random.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'
import { type Client, createClient } from './threads-client.ts'
import { inspectThreads, type ThreadFindings } from './threads-findings.ts'
import { answerOf, type Kind, kinds, startThreadsModel, wishOf } from './threads-model.ts'

export interface ThreadsReport {
  readonly kills: number
  readonly threads: number
  /** Answered without anybody asking again, once the server was back. */
  readonly by_themselves: number
  /** Went on when the client asked them to. */
  readonly resumed: number
  /** Said again because the kill came before the server had acknowledged them. */
  readonly repeated: number
  readonly approved: number
  readonly unanswered: number
  readonly doubled: number
  readonly lost: number
  readonly audit_broken: number | null
  readonly seconds: number
  readonly seed: number
  /** The first of each thing that should not be. */
  readonly wrong: readonly string[]
}

export interface ThreadsOptions {
  readonly kills: number
  readonly seed?: number
  readonly database?: string | undefined
  readonly say?: (line: string) => void
}

interface Soak {
  readonly server: ServerProcess
  readonly client: Client
  readonly chance: () => number
  readonly threads: string[]
  readonly said: { byThemselves: number; resumed: number; repeated: number; approved: number }
  readonly wrong: string[]
}

/** Each kill finds three conversations under way, one of each kind. */
export async function soakThreads({ kills, seed = 1, database, say = () => undefined }: ThreadsOptions): Promise<ThreadsReport> {
  const started = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'millrace-soak-'))
  const chance = seededRandom(seed)
  const model = await startThreadsModel(() => 400 + chance() * 600)
  const server = await createServerProcess(folder, { database, environment: { OPENAI_BASE_URL: model.url, MILLRACE_MODEL: 'soak' } })
  const soak: Soak = {
    server,
    chance,
    client: createClient(server.url, join(folder, 'home')),
    threads: [],
    said: { byThemselves: 0, resumed: 0, repeated: 0, approved: 0 },
    wrong: [],
  }
  try {
    await server.start()
    await soak.client.prepare()
    for (let kill = 1; kill <= kills; kill++) {
      await cut(soak, kill, model.called())
      await settle(soak, kill)
      say(`kill ${kill} of ${kills}: ${soak.said.byThemselves} went on by themselves, ${soak.said.resumed} when asked`)
    }
    const code = await server.stop(30_000)
    if (code !== 0) soak.wrong.push(`the last stop ended with ${code}`)
    return report(soak, await inspectThreads({ folder, database }, kills), { kills, seed, started })
  } finally {
    await server.kill()
    await model.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Begins the conversations, and kills the server at some moment after the first call was told. */
async function cut({ server, client, chance, threads }: Soak, kill: number, called: Promise<void>): Promise<void> {
  const names = kinds.map((kind) => ({ kind, name: nameOf(kind, kill) }))
  threads.push(...names.map(({ name }) => name))
  // They end however the kill ends them.
  const cuts = names.map(({ kind, name }) => client.say(name, wishOf(name, kind)).catch(() => undefined))
  await called
  await sleep(chance() * 700)
  await server.kill()
  await Promise.all(cuts)
  await server.start()
}

const nameOf = (kind: string, kill: number): string => `${kind}${kill}`

/** How long a conversation may take to go on by itself before the client asks it to. */
const patienceMs = 8_000
const settleMs = 60_000

async function settle(soak: Soak, kill: number): Promise<void> {
  await Promise.all(kinds.map((kind) => settleOne(soak, nameOf(kind, kill), kind)))
}

async function settleOne(soak: Soak, thread: string, kind: Kind): Promise<void> {
  const { client, said, wrong } = soak
  const deadline = performance.now() + settleMs
  let asked = false
  let approved = false
  for (const begun = performance.now(); performance.now() < deadline; ) {
    if ((await client.lastWords(thread)) === answerOf(thread)) {
      if (asked) said.resumed++
      else said.byThemselves++
      return
    }
    if (kind === 'approval' && !approved && (await client.approve(thread))) {
      approved = true
      said.approved++
      await client.resume(thread)
    } else if (!asked && performance.now() - begun > patienceMs) {
      asked = true
      await askAgain(soak, thread, kind)
    }
    await sleep(150)
  }
  wrong.push(`unanswered: ${thread}`)
}

/** What was never acknowledged is said again, as by any client; what was is the server's to finish. */
async function askAgain({ client, said }: Soak, thread: string, kind: Kind): Promise<void> {
  if (client.acknowledged(thread)) return client.goOn(thread)
  said.repeated++
  await client.say(thread, wishOf(thread, kind))
}

function report(
  { threads, said, wrong }: Soak,
  { doubled, lost, audit }: ThreadFindings,
  { kills, seed, started }: { readonly kills: number; readonly seed: number; readonly started: number },
): ThreadsReport {
  const all = [
    ...wrong,
    ...doubled.map((what) => `doubled: ${what}`),
    ...lost.map((what) => `lost: ${what}`),
    ...(audit === null ? [] : [`the audit chain breaks at row ${audit}`]),
  ]
  return {
    kills,
    threads: threads.length,
    by_themselves: said.byThemselves,
    resumed: said.resumed - said.repeated,
    repeated: said.repeated,
    approved: said.approved,
    unanswered: wrong.filter((line) => line.startsWith('unanswered')).length,
    doubled: doubled.length,
    lost: lost.length,
    audit_broken: audit,
    seconds: Math.round((performance.now() - started) / 1000),
    seed,
    wrong: all.slice(0, 20),
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
