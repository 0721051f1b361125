/** What the planner suite reads: requests with what a person expects of each, and the world they are asked in. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { World } from '../agents/planner/contract.ts'
import { Fault } from '../platform/fault.ts'
import { expectation } from './planner-score.ts'

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

export type PlannerRequest = z.infer<typeof requestSchema>

/** Paths of requests and of the world they belong to. */
export interface PlannerFiles {
  readonly requests: string
  readonly world: string
}

/** Requests in the world they are asked in. */
export interface PlannerSet {
  readonly requests: readonly PlannerRequest[]
  readonly world: World
}

/** The folder's own requests and world, or those of each folder in it. Throws `not_found` when there are none. */
export async function filesIn(folder: string): Promise<readonly PlannerFiles[]> {
  const names = await readdir(folder, { recursive: false, withFileTypes: true }).catch(() => [])
  const at = (place: string): PlannerFiles => ({ requests: join(place, 'requests.jsonl'), world: join(place, 'world.json') })
  if (names.some(({ name }) => name === 'requests.jsonl')) return [at(folder)]
  const inner = names.filter((one) => one.isDirectory()).map(({ name }) => at(join(folder, name)))
  if (inner.length === 0) throw new Fault('not_found', `${folder} holds no requests.jsonl, and no folders with one. Check the path.`)
  return inner.sort((left, right) => (left.requests < right.requests ? -1 : 1))
}

/** Throws `invalid_input` naming the file and the line that cannot be read. */
export async function readSet({ requests, world }: PlannerFiles): Promise<PlannerSet & { readonly text: string }> {
  const text = await readText(requests)
  return { text, requests: lines(text, requests), world: worldOf(parseJson(await readText(world), world)) }
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

function lines(text: string, path: string): readonly PlannerRequest[] {
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    const parsed = requestSchema.safeParse(parseJson(line, `${path}, line ${at + 1}`))
    if (!parsed.success)
      throw new Fault('invalid_input', `${path}, line ${at + 1} is not a planner request: ${z.prettifyError(parsed.error)}`)
    return [parsed.data]
  })
}

export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Fault('invalid_input', `${where} is not JSON. Check the file.`, { cause: error })
  }
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new Fault('not_found', `There is no readable file ${path}. Check the path.`, { cause: error })
  }
}
