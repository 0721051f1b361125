/**
 * Learns the weights of agents/planner/relevance-weights.json. Run it by hand:
 *   node evals/toolpick-train.ts FOLDER [OUT]
 * FOLDER holds files of cases as `readPickFiles` reads them; which ones the committed weights were learned from stands in
 * docs/decisions/0027-tool-relevance.md. No file that the suite is judged by may be among them.
 */
import { writeFile } from 'node:fs/promises'
import type { PlannerTool } from '../agents/planner/contract.ts'
import { toolTerms } from '../agents/planner/tool-terms.ts'
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

if (import.meta.main) {
  const [folder = '', out = 'agents/planner/relevance-weights.json'] = process.argv.slice(2)
  const files = await readPickFiles(folder)
  const examples = files.flatMap(({ cases }) => examplesOf(cases))
  await writeFile(out, `${JSON.stringify(fitWeights(examples), null, 2)}\n`)
  process.stdout.write(`${examples.length} pairs of ${files.map(({ name }) => name).join(', ')}\n`)
}
