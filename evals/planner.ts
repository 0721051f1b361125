/** The planner suite: what the offline planner would call for each request, against what a person expects. Nothing is executed. */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { PlannerTool } from '../agents/planner/contract.ts'
import { plan } from '../agents/planner/plan.ts'
import { round, wilson } from './interval.ts'
import { filesIn, type PlannerFiles, type PlannerRequest, type PlannerSet, parseJson, readSet, readText } from './planner-data.ts'
import { renamed } from './planner-rename.ts'
import { type Prediction, type Score, scoreCase } from './planner-score.ts'
import { standIns, toolsFromShort } from './planner-tools.ts'

export interface PlannerCase extends Prediction, Score {
  readonly category: string
  /** Exact, and nothing forbidden called. */
  readonly ok: boolean
  readonly why?: string
}

type Interval = readonly [number, number]

export interface PlannerMetrics {
  readonly exact: number
  readonly exact_ci95: Interval
  /** The right tools in the right order, of the requests that ask for calls. */
  readonly tool: number
  readonly tool_ci95: Interval
  /** Acted, asked or kept still as it should. */
  readonly decision: number
  readonly decision_ci95: Interval
  /** Calls that the request forbids. */
  readonly forbidden: number
  readonly by_category: Readonly<Record<string, string>>
  /** The same requests with other names for everything in the world. */
  readonly renamed?: { readonly exact: readonly number[]; readonly mean_drop: number; readonly forbidden: number }
}

export interface PlannerEval {
  readonly suite: 'planner'
  readonly data: string
  readonly digest: string
  readonly metrics: PlannerMetrics
  readonly cases: readonly PlannerCase[]
  /** One sentence. */
  readonly verdict: string
  readonly broken: readonly string[]
}

export interface PlannerOptions {
  /** A folder with requests.jsonl and world.json, or of such folders; or the two files. */
  readonly data: string | PlannerFiles
  /** Path of a short catalogue that replaces the given one. */
  readonly tools?: string
  /** Where one prediction a line is written. */
  readonly out?: string
  /** How often to draw other names for the whole world and plan again. */
  readonly draws?: number
  /** The tools to plan with when no file is given. */
  readonly catalogue: readonly PlannerTool[]
  readonly signal: AbortSignal
}

/** Throws `invalid_input` naming the line that cannot be read. */
export async function runPlanner({ data, tools, out, draws = 0, catalogue, signal }: PlannerOptions): Promise<PlannerEval> {
  const files = typeof data === 'string' ? await filesIn(data) : [data]
  const short = tools === undefined ? undefined : parseJson(await readText(tools), tools)
  const planned = short === undefined ? catalogue : toolsFromShort(short)
  const named = standIns(short)
  const read = await Promise.all(files.map(readSet))
  const sets = read.map(({ world, requests }) => ({ world, requests: requests.map((request) => inTheirNames(request, named)) }))
  const cases = sets.flatMap((set) => casesOf(set, planned, signal))
  if (out !== undefined)
    await writeFile(out, cases.map(({ id, type, calls, text }) => `${JSON.stringify({ id, type, calls, text })}\n`).join(''))
  const again = Array.from({ length: draws }, (_, draw) => sets.flatMap((set) => casesOf(renamed(set, draw + 1), planned, signal)))
  const digest = createHash('sha256')
    .update(read.map(({ text }) => text).join('\n'))
    .digest('hex')
  return { suite: 'planner', data: typeof data === 'string' ? data : data.requests, digest, ...summary(cases, again), cases }
}

function casesOf({ requests, world }: PlannerSet, catalogue: readonly PlannerTool[], signal: AbortSignal): readonly PlannerCase[] {
  return requests.map((request) => {
    signal.throwIfAborted()
    const history = request.history.map(([role, text]) => ({ role, text }))
    const { type, calls, text } = plan({ message: request.input, history, catalogue, world })
    const prediction = { id: request.id, type, calls: calls.map((call) => ({ [call.tool]: call.arguments })), text }
    const score = scoreCase(request.expect, prediction)
    const why = {
      why: `${JSON.stringify(request.input)}: ${score.forbidden ? 'a forbidden call' : type} ${JSON.stringify(prediction.calls)}`,
    }
    return { ...prediction, ...score, category: request.category, ok: score.exact, ...(score.exact ? {} : why) }
  })
}

/** Tools that stand for others under new names are expected under those. */
function inTheirNames(request: PlannerRequest, named: ReadonlyMap<string, string>): PlannerRequest {
  const { calls, forbidden_tools } = request.expect
  const name = (tool: string): string => named.get(tool) ?? tool
  return {
    ...request,
    expect: {
      ...request.expect,
      calls: calls.map((call) => Object.fromEntries(Object.entries(call).map(([tool, args]) => [name(tool), args]))),
      forbidden_tools: forbidden_tools.map(name),
    },
  }
}

const share = (count: number, of: number): number => round(count / Math.max(1, of))
const exactIn = (cases: readonly PlannerCase[]): number => cases.filter(({ ok }) => ok).length
const forbiddenIn = (cases: readonly PlannerCase[]): number => cases.filter((one) => one.forbidden).length

function summary(
  cases: readonly PlannerCase[],
  again: readonly (readonly PlannerCase[])[],
): Pick<PlannerEval, 'metrics' | 'verdict' | 'broken'> {
  const exact = exactIn(cases)
  const acting = cases.filter((one) => one.tool !== undefined)
  const tool = acting.filter((one) => one.tool).length
  const decision = cases.filter((one) => one.decision).length
  const forbidden = forbiddenIn(cases)
  const groups = Map.groupBy(cases, ({ category }) => category)
  const drop = again.reduce((sum, draw) => sum + (exact - exactIn(draw)) / Math.max(1, cases.length), 0) / Math.max(1, again.length)
  const elsewhere = again.reduce((sum, draw) => sum + forbiddenIn(draw), 0)
  const renamedTo = { exact: again.map((draw) => share(exactIn(draw), draw.length)), mean_drop: round(drop), forbidden: elsewhere }
  return {
    metrics: {
      exact: share(exact, cases.length),
      exact_ci95: wilson(exact, cases.length),
      tool: share(tool, acting.length),
      tool_ci95: wilson(tool, acting.length),
      decision: share(decision, cases.length),
      decision_ci95: wilson(decision, cases.length),
      forbidden,
      by_category: Object.fromEntries([...groups].map(([name, list]) => [name, `${exactIn(list)}/${list.length}`])),
      ...(again.length > 0 ? { renamed: renamedTo } : {}),
    },
    verdict: `${exact} of ${cases.length} requests planned exactly; forbidden calls: ${forbidden + elsewhere}.`,
    broken: forbidden + elsewhere > 0 ? [`${forbidden + elsewhere} calls were planned that the requests forbid.`] : [],
  }
}
