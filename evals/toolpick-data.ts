/** Cases of choosing a tool, in the form of the Berkeley function-calling leaderboard: NAME.jsonl, NAME.answers.jsonl beside it. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { PlannerTool } from '../agents/planner/contract.ts'
import { Fault } from '../platform/fault.ts'

export interface PickCase {
  readonly id: string
  readonly request: string
  readonly tools: readonly PlannerTool[]
  /** Names of the tools that a person would call; empty: none fits; undefined: nobody said. */
  readonly expected: readonly string[] | undefined
}

export interface PickFile {
  readonly name: string
  readonly text: string
  readonly cases: readonly PickCase[]
}

const caseSchema = z.object({
  id: z.string(),
  question: z.array(z.array(z.object({ role: z.string(), content: z.string() }))),
  function: z.array(
    z.object({
      name: z.string(),
      description: z.string().default(''),
      parameters: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
})

const answerSchema = z.object({ id: z.string(), ground_truth: z.array(z.record(z.string(), z.unknown())) })

const answersEnding = '.answers.jsonl'

/** One file, or each of a folder by name. Throws `invalid_input` naming the line that cannot be read. */
export async function readPickFiles(path: string): Promise<readonly PickFile[]> {
  const names = (await isFolder(path)) ? (await readdir(path)).sort().map((name) => join(path, name)) : [path]
  const files = names.filter((name) => /\.jsonl?$/u.test(name) && !name.endsWith(answersEnding))
  if (files.length === 0) throw new Fault('not_found', `There is no .jsonl file of cases in ${path}. Check the path.`)
  return Promise.all(files.map(readPickFile))
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    throw new Fault('not_found', `There is no readable file or folder ${path}. Check the path.`, { cause: error })
  }
}

async function readPickFile(path: string): Promise<PickFile> {
  const name = basename(path).replace(/\.jsonl?$/u, '')
  const [text, answers] = await Promise.all([
    readFile(path, 'utf8'),
    readFile(path.replace(/\.jsonl?$/u, answersEnding), 'utf8').catch(() => ''),
  ])
  const said = new Map(
    lines(answers).map(({ line, at }) => {
      const { id, ground_truth } = parse(answerSchema, line, `The answers to ${path}, line ${at}`)
      return [id, [...new Set(ground_truth.flatMap((call) => Object.keys(call)))]] as const
    }),
  )
  const cases = lines(text).map(({ line, at }) => {
    const { id, question, function: tools } = parse(caseSchema, line, `${path}, line ${at}`)
    const turns = question.at(-1) ?? []
    const none = /irrelevance/iu.test(id) || (said.size === 0 && /irrelevance/iu.test(name))
    return {
      id,
      request: turns.flatMap(({ role, content }) => (role === 'user' ? [content] : [])).join('\n'),
      tools: tools.map((tool) => ({ name: tool.name, title: '', description: tool.description, input: tool.parameters, examples: [] })),
      expected: said.get(id) ?? (none ? [] : undefined),
    }
  })
  return { name, text: text + answers, cases }
}

const lines = (text: string): readonly { readonly line: string; readonly at: number }[] =>
  text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ line, at: index + 1 }]))

function parse<T extends z.ZodType>(schema: T, line: string, where: string): z.output<T> {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch (error) {
    throw new Fault('invalid_input', `${where}, is not JSON. Check the file.`, { cause: error })
  }
  const parsed = schema.safeParse(raw)
  if (!parsed.success) throw new Fault('invalid_input', `${where}, is not a case of choosing a tool: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
