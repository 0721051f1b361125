/** `npm run soak -- NAME [--kills N] [--seed N] [--clients N] [--documents N] [--runs N] [--database URL]`: the long tests. Prints one JSON object; ends with 1 when a promise was broken. */
import { parseArgs } from 'node:util'
import { soakAgent } from './soak/agent.ts'
import { soakIngest } from './soak/ingest.ts'
import { isClean, soakKill } from './soak/kill.ts'
import { soakThreads } from './soak/threads.ts'
import { soakTraining } from './soak/training.ts'

interface Soak {
  readonly report: unknown
  readonly clean: boolean
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string' },
    seed: { type: 'string', default: '1' },
    clients: { type: 'string', default: '3' },
    documents: { type: 'string', default: '2000' },
    runs: { type: 'string', default: '10000' },
    database: { type: 'string' },
  },
})

const say = process.stderr.isTTY ? (line: string) => console.error(line) : () => undefined
const { database } = values
const seed = wholeNumber(values.seed)

const soaks: Readonly<Record<string, () => Promise<Soak>>> = {
  kill: async () => {
    const report = await soakKill({ kills: wholeNumber(values.kills ?? '50'), seed, clients: wholeNumber(values.clients), database, say })
    return { report, clean: isClean(report) }
  },
  ingest: async () => {
    const documents = wholeNumber(values.documents)
    const report = await soakIngest({ kills: wholeNumber(values.kills ?? '30'), documents, seed, database, say })
    return { report, clean: report.wrong.length === 0 }
  },
  threads: async () => {
    const report = await soakThreads({ kills: wholeNumber(values.kills ?? '50'), seed, database, say })
    return { report, clean: report.wrong.length === 0 }
  },
  training: async () => {
    const report = await soakTraining({ kills: wholeNumber(values.kills ?? '50'), seed, database, say })
    return { report, clean: report.wrong.length === 0 }
  },
  agent: async () => {
    const report = await soakAgent({ runs: wholeNumber(values.runs), say })
    return { report, clean: report.passed && report.failed === 0 }
  },
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const name = positionals[0] ?? ''
const soak = soaks[name]
if (!soak) {
  console.error(`There is no soak '${name}'. Choose one of: ${Object.keys(soaks).join(', ')}.`)
  process.exitCode = 2
} else {
  const { report, clean } = await soak()
  console.log(JSON.stringify(report, null, 2))
  process.exitCode = clean ? 0 : 1
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1) return number
  console.error(`'${text}' is not a whole number of 1 or more.`)
  process.exit(2)
}
