/** The same requests in a world where every name is another word, drawn at random: a planner that knows names by heart fails. */
import type { World } from '../agents/planner/contract.ts'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import type { PlannerRequest, PlannerSet } from './planner-data.ts'

/** All data sets, models, runs, columns, collections, pipelines and suites renamed, the same everywhere. Same seed, same words. */
export function renamed({ requests, world }: PlannerSet, seed: number): PlannerSet {
  const { things, columns } = namesOf(world)
  const names = [...new Set([...things, ...columns])]
  const words = invent(names.length, seed)
  const table = new Map(names.map((name, at) => [name.toLowerCase(), words[at] ?? name]))
  return {
    requests: requests.map((request) =>
      renameRequest(request, replacer([...things, ...columns.filter((name) => isMeant(name, request))], table)),
    ),
    world: renameWorld(world, replacer(names, table)),
  }
}

type Swap = (text: string) => string

interface Names {
  readonly things: readonly string[]
  readonly columns: readonly string[]
}

function namesOf({ datasets, models, runs, collections, pipelines, suites }: World): Names {
  const things = [...Object.keys(datasets), ...Object.keys(models), ...runs, ...collections, ...pipelines, ...suites]
  return { things: [...new Set(things)], columns: [...new Set(Object.values(datasets).flat())] }
}

/** A column may be called "name", and the word still be a word: it is the column where the expected call has it, or no English word looks so. */
const isMeant = (column: string, { expect }: PlannerRequest): boolean =>
  /[\d_]/.test(column) || JSON.stringify(expect.calls).toLowerCase().includes(`"${column.toLowerCase()}"`)

/** Whole words only; the parts of a longer name or of a path stay. */
function replacer(names: readonly string[], table: ReadonlyMap<string, string>): Swap {
  if (names.length === 0) return (text) => text
  const listed = [...names].sort((left, right) => right.length - left.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`(?<![\\w/-])(?:${listed.join('|')})(?![\\w/-]|\\.\\w)`, 'gi')
  return (text) => text.replace(pattern, (found) => table.get(found.toLowerCase()) ?? found)
}

function renameRequest(request: PlannerRequest, swap: Swap): PlannerRequest {
  const { input, history, expect } = request
  const calls = expect.calls.map((call) =>
    Object.fromEntries(
      Object.entries(call).map(([tool, args]) => [
        tool,
        Object.fromEntries(Object.entries(args).map(([name, accepted]) => [name, renameValue(accepted, swap)])),
      ]),
    ),
  )
  return { ...request, input: swap(input), history: history.map(([role, text]) => [role, swap(text)]), expect: { ...expect, calls } }
}

function renameValue(value: unknown, swap: Swap): unknown {
  if (typeof value === 'string') return swap(value)
  if (Array.isArray(value)) return value.map((item) => renameValue(item, swap))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [swap(key), renameValue(inner, swap)]))
}

function renameWorld(world: World, swap: Swap): World {
  const keys = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [swap(name), value]))
  return {
    datasets: Object.fromEntries(Object.entries(world.datasets).map(([name, columns]) => [swap(name), columns.map(swap)])),
    models: keys(world.models),
    runs: world.runs.map(swap),
    collections: world.collections.map(swap),
    pipelines: world.pipelines.map(swap),
    suites: world.suites.map(swap),
  }
}

const syllables = 'ba be bo da do fa fe ga go ka ke ko la le lo ma me mo na ne no pa po ra re ro sa se so ta te to va ve zo'.split(' ')
const nouns =
  'anchor apple autumn badger basket birch blanket bottle bridge butter candle canyon carpet castle cedar cherry cloud copper cotton cricket desert dolphin dragon eagle falcon feather fountain garden ginger glacier granite hammer harbor hazel helmet island ivory jacket jasmine kettle ladder lantern lemon lizard marble meadow mirror mountain needle ocean orchid otter pebble pepper pillow planet pocket quartz rabbit ribbon river rocket saddle salmon sapphire shadow silver sparrow spider thunder tiger timber tulip tunnel turtle umbrella valley velvet violin walnut whistle willow window winter wolf yarn zebra'.split(
    ' ',
  )

/** Half made-up words, half English nouns; some of two parts, as names are. */
function invent(count: number, seed: number): readonly string[] {
  const random = seededRandom(seed)
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? ''
  const word = (): string => (random() < 0.5 ? pick(nouns) : pick(syllables) + pick(syllables) + pick(syllables))
  const found = new Set<string>()
  while (found.size < count) found.add(random() < 0.5 ? word() : word() + pick(['_', '-']) + word())
  return [...found]
}
