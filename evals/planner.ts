/** The planner suite: what the offline planner would call for each request, against what a person expects. Nothing is executed. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { PlannerTool, World } from '../agents/planner/contract.ts'
import { plan } from '../agents/planner/plan.ts'
import { Fault } from '../platform/fault.ts'
import { expectation, type Prediction, round, type Score, scoreCase, wilson } from './planner-score.ts'
import { toolsFromShort } from './planner-tools.ts'

const requestSchema = z.object({
  id: z.string(),
  category: z.string(),
  input: z.string(),
  history: z.array(z.tuple([z.enum(['user', 'assistant']), z.string()])).default([]),
  expect: expectation,
})

const worldSchema = z.object({
  datasets: z.record(z.string(), z.array(z.string())).default({}),
  models: z.record(z.string(), z.object({ versions: z.array(z.number()), production: z.number().nullish() })).default({}),
  runs: z.array(z.string()).default([]),
  collections: z.array(z.string()).default([]),
  pipelines: z.array(z.string()).default([]),
  eval_suites: z.array(z.string()).default([]),
})

export interface PlannerEval {
  readonly suite: 'planner'
  readonly data: string
  readonly digest: string
  readonly metrics: {
    readonly exact: number
    readonly tool: number
    readonly decision: number
    readonly forbidden: number
    readonly exact_ci95: readonly [number, number]
    readonly by_category: Readonly<Record<string, string>>
  }
  readonly cases: readonly (Prediction & Score & { readonly category: string })[]
  /** One sentence. */
  readonly verdict: string
}

export interface PlannerOptions {
  /** Path of requests.jsonl. */
  readonly requests: string
  /** Path of world.json. */
  readonly world: string
  /** Path of a short catalogue that replaces the given one. */
  readonly tools?: string
  /** Where one prediction a line is written. */
  readonly out?: string
  /** The tools to plan with when no file is given. */
  readonly catalogue: readonly PlannerTool[]
  readonly signal: AbortSignal
}

/** Throws `invalid_input` naming the line that cannot be read. */
export async function runPlanner({ requests, world, tools, out, catalogue, signal }: PlannerOptions): Promise<PlannerEval> {
  const text = await readText(requests)
  const names = worldOf(parseJson(await readText(world), world))
  const planned = tools === undefined ? catalogue : toolsFromShort(parseJson(await readText(tools), tools))
  const cases: (Prediction & Score & { readonly category: string })[] = []
  for (const request of lines(text, requests)) {
    signal.throwIfAborted()
    const prediction = predict(request, planned, names)
    cases.push({ ...prediction, ...scoreCase(request.expect, prediction), category: request.category })
  }
  if (out !== undefined)
    await writeFile(out, cases.map(({ id, type, calls, text: said }) => `${JSON.stringify({ id, type, calls, text: said })}\n`).join(''))
  return { suite: 'planner', data: requests, digest: createHash('sha256').update(text).digest('hex'), ...summary(cases), cases }
}

type PlannerCase = z.infer<typeof requestSchema>

function predict(request: PlannerCase, catalogue: readonly PlannerTool[], world: World): Prediction {
  const history = request.history.map(([role, text]) => ({ role, text }))
  const { type, calls, text } = plan({ message: request.input, history, catalogue, world })
  return { id: request.id, type, calls: calls.map((call) => ({ [call.tool]: call.arguments })), text }
}

function summary(cases: PlannerEval['cases']): Pick<PlannerEval, 'metrics' | 'verdict'> {
  const exact = cases.filter((one) => one.exact).length
  const acting = cases.filter((one) => one.tool !== undefined)
  const forbidden = cases.filter((one) => one.forbidden).length
  const groups = Map.groupBy(cases, ({ category }) => category)
  const share = (count: number, of: number): number => round(count / Math.max(1, of))
  return {
    metrics: {
      exact: share(exact, cases.length),
      tool: share(acting.filter((one) => one.tool).length, acting.length),
      decision: share(cases.filter((one) => one.decision).length, cases.length),
      forbidden,
      exact_ci95: wilson(exact, cases.length),
      by_category: Object.fromEntries(
        [...groups].map(([name, list]) => [name, `${list.filter((one) => one.exact).length}/${list.length}`]),
      ),
    },
    verdict: `${exact} of ${cases.length} requests planned exactly; forbidden calls: ${forbidden}.`,
  }
}

function worldOf(raw: unknown): World {
  const parsed = worldSchema.safeParse(raw)
  if (!parsed.success) throw new Fault('invalid_input', `The world file lacks what the planner needs: ${z.prettifyError(parsed.error)}`)
  const { eval_suites: suites, models, ...rest } = parsed.data
  const known = Object.entries(models).map(
    ([name, { versions, production }]) => [name, { versions, production: production ?? null }] as const,
  )
  return { ...rest, suites, models: Object.fromEntries(known) }
}

function lines(text: string, path: string): readonly PlannerCase[] {
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    const parsed = requestSchema.safeParse(parseJson(line, `${path}, line ${at + 1}`))
    if (!parsed.success)
      throw new Fault('invalid_input', `${path}, line ${at + 1} is not a planner request: ${z.prettifyError(parsed.error)}`)
    return [parsed.data]
  })
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Fault('invalid_input', `${where} is not JSON. Check the file.`, { cause: error })
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new Fault('not_found', `There is no readable file ${path}. Check the path.`, { cause: error })
  }
}
