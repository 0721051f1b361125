/**
 * Random filters and permissions against the truth: every search must give k rows where k exist, none that the filter or the
 * readers forbid, and the vector leg must find the nearest. The truth is told by brute force from the documents themselves.
 *   npm run bench -- filters [--chunks 50000] [--questions 1000] [--database URL]
 *     [--through invoke|search] [--quick]
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { mean, percentile } from '../evals/ranking.ts'
import { type SearchMode, searchModes } from '../rag/search/search.ts'
import { type EntriesRequest, type Entry, generatedEntries, lineOf } from './filters/entries.ts'
import { type Finder, throughInvoke, throughSearch } from './filters/finders.ts'
import { embedEntries, type Nearest } from './filters/nearest.ts'
import { fits, type Question, randomQuestions } from './filters/questions.ts'
import { type Ground, inOwnDatabase, inTemporaryFolder, openGround } from './ground.ts'
import { rounded } from './latency.ts'
import { chanceOf } from './seeded.ts'

const topK = 10
const strangers = 300
const recallBar = 0.97
/** Vectors are stored rounded: two that differ less are equally near. */
const tied = 2e-4

export async function benchFilters(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      chunks: { type: 'string' },
      questions: { type: 'string' },
      database: { type: 'string' },
      through: { type: 'string', default: 'invoke' },
      quick: { type: 'boolean', default: false },
    },
  })
  const count = Number(values.chunks ?? (values.quick ? 2000 : 50_000))
  const questions = Number(values.questions ?? (values.quick ? 100 : 1000))
  const run = (database?: string): Promise<Report> =>
    inTemporaryFolder(async (folder) => {
      const ground = await openGround({ folder, database })
      const report = await measure(ground, {
        count,
        questions,
        finder: values.through === 'search' ? throughSearch(ground) : throughInvoke(ground),
      })
      await ground.close()
      return report
    })
  return { ...(values.database === undefined ? await run() : await inOwnDatabase(values.database, run)) }
}

interface ModeReport {
  /** Searches that gave fewer rows than there are. */
  readonly short: number
  /** Rows that the filter, the readers, the collection or the workspace forbid. */
  readonly foreign: number
  readonly p50_ms: number
  readonly p95_ms: number
  /** Processor time of all threads: what a search costs however busy the machine is. */
  readonly cpu_p95_ms: number
}

interface Report {
  readonly chunks: number
  readonly questions: number
  readonly ingest_seconds: number
  /** Questions by the share of documents that they may find: "0.001" counts those from .001 up to .01. */
  readonly selectivity: Readonly<Record<string, number>>
  readonly modes: Readonly<Record<string, ModeReport>>
  readonly vector_recall_at_10: { readonly mean: number; readonly worst: number; readonly below_bar: number }
  /** The first of what is wrong. */
  readonly wrong: readonly string[]
  readonly bar: string
  readonly passed: boolean
}

interface Plan {
  readonly count: number
  readonly questions: number
  readonly finder: Finder
}

async function measure(ground: Ground, plan: Plan): Promise<Report> {
  const entries = generatedEntries({ count: plan.count, prefix: 'entry', seed: 31 })
  const started = performance.now()
  const chunks = await ingestEntries(ground, { collection: 'bench', entries })
  const seconds = (performance.now() - started) / 1000
  console.error(`${chunks} chunks in ${seconds.toFixed(1)} s`)
  await ingestStrangers(ground)
  const nearest = await embedEntries(entries)
  const tally = openTally()
  for (const [number, question] of randomQuestions(chanceOf(41), plan).entries()) {
    await ask(plan.finder, { question, entries, nearest, tally })
    if ((number + 1) % 100 === 0) console.error(`${number + 1} of ${plan.questions} questions, ${tally.wrong.length} wrong`)
  }
  return { chunks, questions: plan.questions, ingest_seconds: rounded(seconds), ...summarize(tally) }
}

const ingested = z.object({ documents: z.number(), chunks: z.number() })

async function ingestEntries(
  { folder, call, owner }: Ground,
  {
    collection,
    entries,
    workspace = 'default',
  }: { readonly collection: string; readonly entries: readonly Entry[]; readonly workspace?: string },
): Promise<number> {
  const path = join(folder, `${workspace}-${collection}.jsonl`)
  await writeFile(path, `${entries.map(lineOf).join('\n')}\n`)
  const input = { path, collection, language: 'simple' }
  const { chunks, documents } = await call({ tool: 'ingest_documents', input, data: ingested, caller: { ...owner, workspace } })
  if (documents !== entries.length) throw new Error(`Only ${documents} of ${entries.length} documents of '${collection}' were ingested.`)
  return chunks
}

/** The same kind of documents where no search of ours may look: another collection, and another workspace. */
async function ingestStrangers(ground: Ground): Promise<void> {
  const entriesOf = (request: Pick<EntriesRequest, 'prefix' | 'seed'>): readonly Entry[] =>
    generatedEntries({ count: strangers, ...request })
  await ingestEntries(ground, { collection: 'twin', entries: entriesOf({ prefix: 'twin', seed: 32 }) })
  await ingestEntries(ground, { collection: 'bench', workspace: 'other', entries: entriesOf({ prefix: 'other', seed: 33 }) })
}

interface Tally {
  readonly short: Record<SearchMode, number>
  readonly foreign: Record<SearchMode, number>
  readonly times: Record<SearchMode, number[]>
  readonly cpu: Record<SearchMode, number[]>
  readonly recalls: number[]
  readonly selectivity: Map<string, number>
  readonly wrong: string[]
}

const openTally = (): Tally => ({
  short: { hybrid: 0, keyword: 0, vector: 0 },
  foreign: { hybrid: 0, keyword: 0, vector: 0 },
  times: { hybrid: [], keyword: [], vector: [] },
  cpu: { hybrid: [], keyword: [], vector: [] },
  recalls: [],
  selectivity: new Map(),
  wrong: [],
})

interface Asking {
  readonly question: Question
  readonly entries: readonly Entry[]
  readonly nearest: Nearest
  readonly tally: Tally
}

async function ask(finder: Finder, { question, entries, nearest, tally }: Asking): Promise<void> {
  const allowed = new Map(entries.flatMap((entry, index) => (fits(entry, question) ? [[entry.id, index] as const] : [])))
  const said = [...allowed.values()].filter((index) => question.words.some((word) => entries[index]?.words.has(word)))
  countSelectivity(tally, allowed.size / entries.length)
  for (const mode of searchModes) {
    const before = process.cpuUsage()
    const started = performance.now()
    const hits = await finder({ question, mode, topK })
    tally.times[mode].push(performance.now() - started)
    const { user, system } = process.cpuUsage(before)
    tally.cpu[mode].push((user + system) / 1000)
    const expected = Math.min(topK, mode === 'keyword' ? said.length : allowed.size)
    const foreign = hits.filter((document) => !allowed.has(document)).length
    tally.foreign[mode] += foreign
    if (hits.length < expected) tally.short[mode]++
    if (foreign > 0 || hits.length < expected)
      tally.wrong.push(`${mode}: ${hits.length} rows of ${expected}, ${foreign} foreign: ${JSON.stringify(question.filter?.filter)}`)
    if (mode !== 'vector' || expected === 0) continue
    const cosines = await nearest.cosines(question.query)
    const best = [...allowed.values()].map((index) => cosines[index] ?? 0).sort((left, right) => right - left)
    const least = (best[expected - 1] ?? 0) - tied
    tally.recalls.push(hits.filter((document) => (cosines[allowed.get(document) ?? -1] ?? -1) >= least).length / expected)
  }
}

function countSelectivity({ selectivity }: Tally, share: number): void {
  const decade = share === 0 ? '0' : String(Number((10 ** Math.floor(Math.log10(share))).toPrecision(1)))
  selectivity.set(decade, (selectivity.get(decade) ?? 0) + 1)
}

function summarize({
  short,
  foreign,
  times,
  cpu,
  recalls,
  selectivity,
  wrong,
}: Tally): Omit<Report, 'chunks' | 'questions' | 'ingest_seconds'> {
  const modes = Object.fromEntries(
    searchModes.map((mode) => [
      mode,
      {
        short: short[mode],
        foreign: foreign[mode],
        p50_ms: rounded(percentile(times[mode], 0.5)),
        p95_ms: rounded(percentile(times[mode], 0.95)),
        cpu_p95_ms: rounded(percentile(cpu[mode], 0.95)),
      },
    ]),
  )
  const recall = mean(recalls)
  return {
    selectivity: Object.fromEntries([...selectivity].sort(([left], [right]) => Number(left) - Number(right))),
    modes,
    vector_recall_at_10: {
      mean: rounded(recall),
      worst: rounded(Math.min(...recalls)),
      below_bar: recalls.filter((one) => one < recallBar).length,
    },
    wrong: wrong.slice(0, 10),
    bar: `no search short of rows that exist, no foreign row, recall@10 of the vector leg at least ${recallBar}`,
    passed: wrong.length === 0 && recall >= recallBar,
  }
}
