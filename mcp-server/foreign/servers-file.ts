/** The operator's file of foreign MCP servers, in the form every client reads: {"mcpServers": {NAME: {command …} | {url …}}}. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { effects } from '../../tools/tool.ts'
import { snake } from './tool-name.ts'

const texts = z.record(z.string(), z.string())

const common = {
  disabled: z.boolean().default(false).describe('True: as if it were not in the file.'),
  allow: z.array(z.string().min(1)).optional().describe('The only tools that join, by the names the server gives them.'),
  effects: z
    .record(z.string(), z.enum(effects))
    .default({})
    .describe("What a tool does, by the server's name of it; egress where nothing is said."),
  timeoutSeconds: z.number().min(1).max(55).default(50).describe('How long a call may take.'),
  trustDescriptions: z.boolean().default(false).describe("True: the operator vouches for this server's words."),
}

const stdio = z.looseObject({
  command: z.string().min(1).describe('The program to start.'),
  args: z.array(z.string()).default([]).describe('Its arguments.'),
  env: texts.default({}).describe('Variables that it gets beside PATH, HOME and their like.'),
  cwd: z.string().optional().describe('The folder it is started in; the folder of the file where none is given.'),
  ...common,
})

const http = z.looseObject({
  url: z.url({ protocol: /^https?$/ }).describe('Its Streamable HTTP endpoint.'),
  headers: texts.default({}).describe('Sent with every request, for example an API key.'),
  ...common,
})

const fileSchema = z.looseObject({ mcpServers: z.record(z.string().min(1).max(100), z.unknown()) })

interface Common {
  /** As the file calls it. */
  readonly name: string
  readonly allow: readonly string[] | undefined
  readonly effects: Readonly<Record<string, (typeof effects)[number]>>
  readonly timeoutSeconds: number
  readonly trustDescriptions: boolean
}

export interface StdioSpec extends Common {
  readonly kind: 'stdio'
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export interface HttpSpec extends Common {
  readonly kind: 'http'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export type ServerSpec = StdioSpec | HttpSpec

const most = 32

/** Throws `usage` naming the server and the field; what other clients write beside ours is passed over. */
export async function readServersFile(path: string): Promise<readonly ServerSpec[]> {
  const parsed = fileSchema.safeParse(await readJson(path))
  if (!parsed.success) throw new Fault('usage', `${path} is not a list of MCP servers. Write {"mcpServers": {"NAME": {"command": "…"}}}.`)
  const specs = Object.entries(parsed.data.mcpServers).flatMap(([name, entry]) => readServer(path, name, entry))
  if (specs.length > most) throw new Fault('usage', `${path} lists ${specs.length} MCP servers; at most ${most} can join.`)
  const taken = new Map<string, string>()
  for (const { name } of specs) {
    const other = taken.get(snake(name))
    if (other !== undefined)
      throw new Fault('usage', `${path}: '${other}' and '${name}' would give their tools the same names. Rename one.`)
    taken.set(snake(name), name)
  }
  return specs
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Fault('usage', `MILLRACE_MCP_SERVERS names ${path}, which cannot be read. Correct the path or its rights.`, { cause: error })
  })
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own words may quote a key from the file.
    throw new Fault('usage', `${path} is not JSON. Correct it and start again.`)
  }
}

function readServer(path: string, name: string, entry: unknown): ServerSpec[] {
  const isHttp = typeof entry === 'object' && entry !== null && 'url' in entry
  const parsed = isHttp ? http.safeParse(entry) : stdio.safeParse(entry)
  if (!parsed.success) {
    // Field names only: values may be secrets.
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the entry').join(', ')
    throw new Fault('usage', `${path}: MCP server '${name}' is not right (${fields}). It needs a command with args and env, or a url.`)
  }
  const { disabled, allow, effects: given, timeoutSeconds, trustDescriptions } = parsed.data
  if (disabled) return []
  const shared = { name, allow, effects: given, timeoutSeconds, trustDescriptions }
  if ('url' in parsed.data) {
    const { url, headers } = http.parse(parsed.data)
    return [{ kind: 'http', url, headers, ...shared }]
  }
  const { command, args, env, cwd } = stdio.parse(parsed.data)
  return [{ kind: 'stdio', command, args, env, cwd: resolve(dirname(path), cwd ?? '.'), ...shared }]
}
