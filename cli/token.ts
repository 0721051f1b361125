/** `millrace token`: access tokens for programs and people, made and revoked by the person at this terminal. */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { roles } from '../platform/caller.ts'
import { Fault } from '../platform/fault.ts'
import type { Identity } from '../platform/identity/identity.ts'
import { openHttp, type ServerAddress } from './http.ts'
import type { Io } from './io.ts'
import { humanOutput, jsonOutput } from './output.ts'

export interface NewToken {
  readonly name: string
  readonly kind: 'person' | 'agent'
  readonly role: (typeof roles)[number]
  readonly workspace?: string
  /** The only tools it may call; absent: all that its role allows. */
  readonly tools?: readonly string[]
  /** Days until it expires; absent: never. */
  readonly days?: number
}

export interface ListedToken {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly role: string
  readonly workspace: string
  readonly tools?: readonly string[] | null | undefined
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly revokedAt: string | null
}

/** Where tokens are kept: the database of this process, or a running server. */
export interface TokenStore {
  create(token: NewToken): Promise<{ readonly id: string; readonly token: string }>
  /** `workspace` absent: the terminal's own. */
  list(workspace?: string): Promise<readonly ListedToken[]>
  revoke(id: string, workspace?: string): Promise<void>
}

const usage =
  'millrace token create --name NAME [--kind person|agent] [--role viewer|builder|operator|admin] [--workspace NAME] [--tools a,b] [--days N], token list [--workspace NAME], or token revoke ID [--workspace NAME].'

/** `argv` is what follows `token`. Throws `usage`. */
export async function runToken({
  argv,
  tokens,
  io,
}: {
  readonly argv: readonly string[]
  readonly tokens: TokenStore
  readonly io: Io
}): Promise<number> {
  const { verb, rest, json, flags } = read(argv)
  if (verb === 'create' && rest.length === 0) {
    const token = newToken(flags)
    const made = await tokens.create(token)
    io.out(json ? jsonOutput(made) : `${made.token}\n`)
    io.err(`Token ${made.id} for ${token.name} (${token.kind}, ${token.role}). It is shown this once; keep it where secrets are kept.\n`)
    return 0
  }
  if (verb === 'list' && rest.length === 0) {
    const listed = await tokens.list(flags.workspace)
    const content = listed.length === 0 ? 'There are no tokens.' : `${listed.length} tokens.`
    io.out(json ? jsonOutput(listed) : humanOutput({ content, data: { tokens: listed.map(row) } }, io.width))
    return 0
  }
  const [id, ...more] = rest
  if (verb !== 'revoke' || id === undefined || more.length > 0)
    throw new Fault('usage', `millrace token does not know this. Usage: ${usage}`)
  await tokens.revoke(id, flags.workspace)
  io.err(`Token ${id} is revoked.\n`)
  return 0
}

const row = ({ id, name, kind, role, tools, expiresAt, revokedAt }: ListedToken): object => ({
  id,
  name,
  kind,
  role,
  tools: tools?.join(', ') ?? 'all',
  state: revokedAt === null ? (expiresAt === null ? 'live' : `until ${expiresAt.slice(0, 10)}`) : 'revoked',
})

const options = {
  name: { type: 'string' },
  kind: { type: 'string' },
  role: { type: 'string' },
  workspace: { type: 'string' },
  tools: { type: 'string' },
  days: { type: 'string' },
  json: { type: 'boolean' },
} as const

function read(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const { json = false, ...flags } = values
    const [verb = 'list', ...rest] = positionals
    return { verb, rest, json, flags }
  } catch (error) {
    throw new Fault('usage', `${error instanceof Error ? error.message : 'Wrong flags'}. Usage: ${usage}`)
  }
}

const flagsShape = z.strictObject({
  name: z.string({ error: 'wants a name, for example --name ci' }),
  kind: z.enum(['person', 'agent']).default('agent'),
  role: z.enum(roles).default('viewer'),
  workspace: z.string().optional(),
  tools: z
    .string()
    .transform((list) => list.split(',').map((tool) => tool.trim().replaceAll('-', '_')))
    .refine(
      (tools) => tools.every((tool) => tool !== ''),
      'wants names of tools with commas between them, for example --tools predict,list_models',
    )
    .optional(),
  days: z.coerce.number().int().min(1).max(3650).optional(),
})

function newToken(flags: object): NewToken {
  const parsed = flagsShape.safeParse(flags)
  if (!parsed.success) {
    const words = parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; ')
    throw new Fault('usage', `millrace token create cannot go on. ${words}. Usage: ${usage}`)
  }
  const { workspace, tools, days, ...token } = parsed.data
  return {
    ...token,
    ...(tools === undefined ? {} : { tools }),
    ...(workspace === undefined ? {} : { workspace }),
    ...(days === undefined ? {} : { days }),
  }
}

const dayMs = 24 * 60 * 60 * 1000

export function localTokens(
  identity: Pick<Identity, 'mint' | 'list' | 'revoke'>,
  { workspace, now }: { readonly workspace: string; readonly now: () => Date },
): TokenStore {
  return {
    create: ({ days, ...token }) =>
      identity.mint({ workspace, ...token, ...(days === undefined ? {} : { expiresAt: new Date(now().getTime() + days * dayMs) }) }),
    list: async (asked = workspace) => z.array(tokenShape).parse(JSON.parse(JSON.stringify(await identity.list(asked)))),
    revoke: (id, asked = workspace) => identity.revoke(id, asked),
  }
}

const tokenShape = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  role: z.string(),
  workspace: z.string(),
  tools: z.array(z.string()).nullish(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
})

export function remoteTokens(address: ServerAddress): TokenStore {
  const http = openHttp(address)
  return {
    create: (token) => http.post('/api/tokens', { body: token, shape: z.object({ id: z.string(), token: z.string() }) }),
    list: async (workspace) => (await http.get(`/api/tokens${inWorkspace(workspace)}`, z.object({ tokens: z.array(tokenShape) }))).tokens,
    revoke: (id, workspace) => http.remove(`/api/tokens/${encodeURIComponent(id)}${inWorkspace(workspace)}`),
  }
}

const inWorkspace = (workspace: string | undefined): string =>
  workspace === undefined ? '' : `?workspace=${encodeURIComponent(workspace)}`
