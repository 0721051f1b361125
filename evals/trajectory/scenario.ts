/** A request with the calls it should lead to, read from one line of a file. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'

/**
 * strict: these calls in this order; unordered: these in any order; subset: no other than these; superset: these and perhaps more.
 */
export const modes = ['strict', 'unordered', 'subset', 'superset'] as const
export type Mode = (typeof modes)[number]

export interface ExpectedCall {
  readonly tool: string
  /** Each argument a value, or a list of accepted ones ("" may be left out, "*" any); absent: the arguments do not matter. */
  readonly arguments?: Readonly<Record<string, unknown>> | undefined
}

const fields = z.record(z.string(), z.unknown())
const named = z
  .strictObject({ tool: z.string(), arguments: fields.optional(), args: fields.optional(), input: fields.optional() })
  .transform(({ tool, arguments: given, args, input }): ExpectedCall => ({ tool, arguments: given ?? args ?? input }))
const short = z
  .record(z.string(), fields)
  .refine((call) => Object.keys(call).length === 1, 'a call names one tool')
  .transform((call): ExpectedCall => {
    const [[tool, given] = ['', {}]] = Object.entries(call)
    return { tool, arguments: given }
  })
const bare = z.string().transform((tool): ExpectedCall => ({ tool }))

const step = z.strictObject({ tool: z.string(), input: fields.default({}) })

const scenarioSchema = z.object({
  id: z.string().optional(),
  /** One message, or several turns of one conversation. */
  input: z.union([z.string(), z.array(z.string()).min(1)]).transform((input) => (typeof input === 'string' ? [input] : input)),
  calls: z.array(z.union([bare, named, short])),
  mode: z.enum(modes).default('strict'),
  /** Calls that fill the empty workspace; absent: the sample data. */
  setup: z.array(step).optional(),
  /** What the person decides when the chat waits for one; absent: the turn ends there. */
  decide: z.enum(['approve', 'reject']).optional(),
  /** Reading calls and what their data must contain afterwards. */
  end_state: z.array(step.extend({ expect: z.unknown() })).default([]),
})

export type Scenario = Omit<z.infer<typeof scenarioSchema>, 'id'> & { readonly id: string }

/** Throws `not_found` without the file and `invalid_input` naming the line. */
export async function readScenarios(path: string): Promise<{ readonly scenarios: readonly Scenario[]; readonly text: string }> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Fault('not_found', `There is no readable file ${path}. Check the path.`, { cause: error })
  })
  const scenarios = text.split('\n').flatMap((line, at): readonly Scenario[] => {
    if (line.trim() === '') return []
    const parsed = scenarioSchema.safeParse(jsonOf(line))
    if (!parsed.success)
      throw new Fault('invalid_input', `${path}, line ${at + 1} is not {input, calls, mode}: ${z.prettifyError(parsed.error)}`)
    return [{ ...parsed.data, id: parsed.data.id ?? `line-${at + 1}` }]
  })
  const twice = scenarios.find(({ id }, at) => scenarios.findIndex((other) => other.id === id) < at)
  if (twice) throw new Fault('invalid_input', `${path} has two cases with the id '${twice.id}'. Give each its own.`)
  return { scenarios, text }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
