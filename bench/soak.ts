/** `npm run soak -- NAME [--kills N] [--seed N] [--clients N] [--database URL]`: the long tests. Prints one JSON object; ends with 1 when a promise was broken. */
import { parseArgs } from 'node:util'
import { isClean, soakKill } from './soak/kill.ts'

interface Soak {
  readonly report: unknown
  readonly clean: boolean
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    clients: { type: 'string', default: '3' },
    database: { type: 'string' },
  },
})

const soaks: Readonly<Record<string, () => Promise<Soak>>> = {
  kill: async () => {
    const say = process.stderr.isTTY ? (line: string) => console.error(line) : () => undefined
    const [kills, seed, clients] = [values.kills, values.seed, values.clients].map(wholeNumber)
    const report = await soakKill({ kills: kills ?? 50, seed: seed ?? 1, clients: clients ?? 3, database: values.database, say })
    return { report, clean: isClean(report) }
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
