/**
 * Learns what agents/planner/relevance.ts knows: how common words are (term-frequencies.json), then how much each trait weighs
 * (relevance-weights.json). Run by hand, in this order, since weights rest on frequencies:
 *   node evals/toolpick-train.ts words FOLDER
 *   node evals/toolpick-train.ts weights FOLDER
 * FOLDER holds files of cases as `readPickFiles` reads them; which ones the committed tables were learned from stands in
 * docs/decisions/0027-tool-relevance.md. No file that the suite is judged by may be among them.
 */
import { writeFile } from 'node:fs/promises'
import type { PlannerTool } from '../agents/planner/contract.ts'
import { stemsIn, toolTerms } from '../agents/planner/tool-terms.ts'
import { requestOf, traitsOf } from '../agents/planner/traits.ts'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { equationSchema } from '../ml/models/linear/equation.ts'
import { logistic } from '../ml/models/logistic.ts'
import { type PickCase, readPickFiles } from './toolpick-data.ts'

interface Example {
  readonly traits: Readonly<Record<string, number>>
  readonly fits: boolean
}

/** Wrong tools of a case: those offered beside the right one, near ones of the same file, and one at random. */
export function examplesOf(cases: readonly PickCase[]): readonly Example[] {
  const random = seededRandom(27)
  const pool = [...new Map(cases.flatMap(({ tools }) => tools.map((tool) => [tool.name, tool] as const))).values()]
  return cases.flatMap(({ request, tools, expected }) => {
    if (expected === undefined) return []
    const read = requestOf(request)
    const right = tools.filter(({ name }) => expected.includes(name))
    const example = (tool: PlannerTool): Example => ({ traits: traitsOf(read, toolTerms(tool)), fits: right.includes(tool) })
    const others = right.length === 0 ? [] : wrongTools(right, pool, { random, near: (tool) => closeness(example(tool)) })
    return [...tools, ...others].map(example)
  })
}

const nearest = 9
const taken = 3

function wrongTools(
  right: readonly PlannerTool[],
  pool: readonly PlannerTool[],
  { random, near }: { readonly random: () => number; readonly near: (tool: PlannerTool) => number },
): readonly PlannerTool[] {
  const some = pool.length > mostTried ? Array.from({ length: mostTried }, () => pool[Math.floor(random() * pool.length)]) : pool
  const foreign = some.filter((tool) => tool !== undefined).filter((tool) => right.every((one) => likeness(one, tool) <= tooAlike))
  const ranked = foreign
    .map((tool) => ({ tool, score: near(tool) }))
    .sort((left, other) => other.score - left.score)
    .slice(0, nearest)
  const close = ranked.filter(() => random() < 0.4).slice(0, taken)
  const any = foreign[Math.floor(random() * foreign.length)]
  return [...close.map(({ tool }) => tool), ...(any ? [any] : [])]
}

const mostTried = 500
/** Beyond this share of common words two tools may both be right. */
const tooAlike = 0.6

const closeness = ({ traits }: Example): number =>
  (traits['said in head'] ?? 0) + (traits['said anywhere'] ?? 0) + 0.5 * (traits['name said'] ?? 0)

function likeness(left: PlannerTool, right: PlannerTool): number {
  const [one, other] = [left, right].map((tool) => new Set([...toolTerms(tool).name, ...toolTerms(tool).summary]))
  if (!one || !other) return 0
  return [...one].filter((root) => other.has(root)).length / Math.max(1, Math.min(one.size, other.size))
}

export interface Weights {
  readonly intercept: number
  readonly weights: Readonly<Record<string, number>>
}

/** Logistic regression of our own; weights in terms of the traits as they are. */
export function fitWeights(examples: readonly Example[], strength = 0.1): Weights {
  const names = [...new Set(examples.flatMap(({ traits }) => Object.keys(traits)))].sort()
  const problem = {
    task: 'binary' as const,
    classes: 2,
    rows: examples.length,
    columns: names.map((name) => ({ name, type: 'number' as const })),
    values: names.map((name) => Float64Array.from(examples, ({ traits }) => traits[name] ?? 0)),
    target: Float64Array.from(examples, ({ fits }) => (fits ? 1 : 0)),
  }
  const { intercept, terms } = equationSchema.parse(
    logistic.fit(problem, { C: strength, max_iter: 500 }, { seed: 1, progress: () => undefined }),
  )
  const scaled = terms.map((term) =>
    term.type === 'number' ? { weight: (term.weight[0] ?? 0) / term.scale, mean: term.mean } : { weight: 0, mean: 0 },
  )
  const shift = scaled.reduce((sum, { weight, mean }) => sum + weight * mean, 0)
  return {
    intercept: round((intercept[0] ?? 0) - shift),
    weights: Object.fromEntries(names.map((name, at) => [name, round(scaled[at]?.weight ?? 0)])),
  }
}

const round = (value: number): number => Number(value.toFixed(4))

export interface Frequencies {
  /** How many different texts were counted. */
  readonly texts: number
  /** "stem:count stem:count …", the most common first. */
  readonly counts: string
}

const fewest = 4
const longestText = 600

/** In how many requests and tool descriptions each word stands; rare ones are left out. */
export function countTerms(cases: readonly PickCase[]): Frequencies {
  const texts = new Set(
    cases.flatMap(({ request, tools }) => [
      request.slice(0, longestText),
      ...tools.map(({ name, description }) => `${name}. ${description}`),
    ]),
  )
  const counts = new Map<string, number>()
  for (const text of texts) for (const root of new Set(stemsIn(text))) counts.set(root, (counts.get(root) ?? 0) + 1)
  const kept = [...counts].filter(([root, count]) => count >= fewest && /^[a-z]+$/u.test(root))
  kept.sort(([left, many], [right, more]) => more - many || (left < right ? -1 : 1))
  return { texts: texts.size, counts: kept.map((entry) => entry.join(':')).join(' ') }
}

if (import.meta.main) {
  const [what = '', folder = ''] = process.argv.slice(2)
  const cases = (await readPickFiles(folder)).map((file) => file.cases)
  const [name, made] =
    what === 'words' ? ['term-frequencies', countTerms(cases.flat())] : ['relevance-weights', fitWeights(cases.flatMap(examplesOf))]
  await writeFile(new URL(`../agents/planner/${name}.json`, import.meta.url), `${JSON.stringify(made, null, 2)}\n`)
}
