/**
 * One contestant alone in a process: what it takes to index a file of documents, in seconds and in memory.
 * Arguments: its name, the file, and for ours the folder that keeps the index and perhaps a database. Only the contestant's own
 * code is loaded, and that counts as its memory.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { rounded } from '../latency.ts'
import { readDocuments } from './collection.ts'
import type { Contestant } from './contestant.ts'

const [name = '', file = '', folder = '', database] = process.argv.slice(2)
const warmUp = 20

const before = await settled()
const cpu = process.cpuUsage()
const started = performance.now()
const { contestant, entries, close } = await (name === 'millrace' ? openOwn() : openPeer())
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(cpu)
for (let at = 0; at < warmUp; at++) await contestant.search(`what is the effect of number ${at} on the flow`, 10)
const after = await settled()
await close()
console.log(
  JSON.stringify({
    entries,
    index_seconds: rounded(seconds),
    index_cpu_seconds: rounded((user + system) / 1e6),
    rss_mb: megabytes(after.rss - before.rss),
    heap_mb: megabytes(after.heapUsed + after.external - before.heapUsed - before.external),
    process_rss_mb: megabytes(after.rss),
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
)
process.exit(0)

interface Opened {
  readonly contestant: Contestant
  readonly entries: number
  close(): Promise<void>
}

async function openOwn(): Promise<Opened> {
  const { openGround } = await import('../ground.ts')
  const { ingestDocuments, ownContestants } = await import('./millrace.ts')
  const ground = await openGround({ folder, database })
  const { chunks } = await ingestDocuments(ground, { collection: 'bench', documents: await readDocuments(file) })
  const own = ownContestants(ground, 'bench').find(({ mode }) => mode === 'hybrid')
  if (!own) throw new Error('There is no hybrid mode.')
  return { contestant: own.contestant, entries: chunks, close: ground.close }
}

async function openPeer(): Promise<Opened> {
  const { peers } = await import('./peers.ts')
  const [variant] = peers.find((peer) => peer.name === name)?.variants ?? []
  if (!variant) throw new Error(`There is no peer '${name}'.`)
  const documents = await readDocuments(file)
  return { contestant: await variant.open(documents), entries: documents.length, close: async () => undefined }
}

/** After the garbage is gone. */
async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await pause(50)
  }
  return process.memoryUsage()
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
