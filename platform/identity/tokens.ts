/** Access tokens: shown once, stored as SHA-256, found by that digest. A live token is remembered for a few seconds. */
import { createHash, randomBytes } from 'node:crypto'
import type { Caller, Channel, Role } from '../caller.ts'
import type { Database } from '../database/database.ts'
import { isUniqueViolation } from '../database/sql-error.ts'
import { Fault } from '../fault.ts'
import type { Identity, TokenRecord } from './identity.ts'

export interface IdentityOptions {
  readonly db: Database
  /** `local`: this machine's one owner needs no token. `token`: everybody does. */
  readonly mode: 'local' | 'token'
  readonly now: () => Date
  readonly newId: (prefix: string) => string
}

type TokenRow = { [K in keyof TokenRecord as K extends `${infer Name}At` ? `${Name}_at` : K]: TokenRecord[K] }

/** A revocation in another process is honoured after at most this long; in this one at once. */
const rememberMs = 5_000
const rememberedTokens = 1_000
const columns = 'id, name, kind, role, workspace, tools, created_at, expires_at, revoked_at'

export function createIdentity({ db, mode, now, newId }: IdentityOptions): Identity {
  const tokens = createTokenMemory(db, now)
  return {
    owner: (channel) => {
      // A terminal that can read the data folder is the owner in either mode.
      if (mode === 'token' && channel !== 'terminal')
        throw new Fault('unauthenticated', 'This installation asks for an access token; make one with `millrace token create --name NAME`.')
      return { id: 'local:owner', name: 'owner', kind: 'person', role: 'admin', workspace: 'default', channel }
    },
    fromToken: async (token, channel) => {
      const found = await tokens.find(digestOfToken(token))
      if (!found || found.revokedAt !== null || (found.expiresAt !== null && found.expiresAt <= now())) {
        throw new Fault('unauthenticated', 'The access token is unknown, expired or revoked; ask an administrator for a new one.')
      }
      return callerOf(found, channel)
    },
    mint: async ({ name, kind, role, workspace = 'default', tools, expiresAt }) => {
      checkName(name)
      checkTools(tools)
      const id = newId('token')
      const token = `mlr_${randomBytes(32).toString('base64url')}`
      await insertToken(db, {
        id,
        name,
        kind,
        role,
        workspace,
        tools: tools ?? null,
        digest: digestOfToken(token),
        createdAt: now(),
        expiresAt: expiresAt ?? null,
      })
      return { id, token }
    },
    list: async (workspace) => {
      const { rows } = await db.query<TokenRow>(`select ${columns} from tokens where workspace = $1 order by created_at desc, id`, [
        workspace,
      ])
      return rows.map(recordOf)
    },
    revoke: async (id, workspace) => {
      tokens.forget(id)
      const { rowCount } = await db.query('update tokens set revoked_at = coalesce(revoked_at, $3) where id = $1 and workspace = $2', [
        id,
        workspace,
        now(),
      ])
      tokens.forget(id)
      if (rowCount === 0)
        throw new Fault('not_found', `There is no token '${id}' in workspace '${workspace}'; list the tokens to see their ids.`)
    },
  }
}

interface TokenMemory {
  find(digest: string): Promise<TokenRecord | undefined>
  forget(id: string): void
}

/** Tokens by digest, looked up at most every few seconds. */
function createTokenMemory(db: Database, now: () => Date): TokenMemory {
  const remembered = new Map<string, { readonly token: TokenRecord; readonly until: number }>()
  let forgotten = 0
  return {
    find: async (digest) => {
      const known = remembered.get(digest)
      if (known && known.until > now().getTime()) return known.token
      const before = forgotten
      const { rows } = await db.query<TokenRow>(`select ${columns} from tokens where digest = $1`, [digest])
      const token = rows.map(recordOf)[0]
      // A row read while a revocation was on its way is not remembered.
      if (!token || before !== forgotten) return token
      if (remembered.size >= rememberedTokens) remembered.clear()
      remembered.set(digest, { token, until: now().getTime() + rememberMs })
      return token
    },
    forget: (id) => {
      forgotten++
      for (const [digest, { token }] of remembered) if (token.id === id) remembered.delete(digest)
    },
  }
}

const digestOfToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Names stand in the audit log ("token:ci"), so they are short and plain. */
function checkName(name: string): void {
  if (/^[\w.@ -]{1,64}$/.test(name)) return
  throw new Fault('invalid_input', `Token name '${name.slice(0, 80)}' must be 1 to 64 letters, digits, spaces or . _ - @.`)
}

/** Names only; whether there are such tools is not known here, and foreign ones come and go. */
function checkTools(tools: readonly string[] | undefined): void {
  if (tools === undefined || (tools.length > 0 && tools.length <= 200 && tools.every((tool) => /^[a-z][a-z0-9_]{0,63}$/.test(tool)))) return
  throw new Fault('invalid_input', 'A token is limited to 1 to 200 tools, by names such as predict and search_documents.')
}

async function insertToken(
  db: Database,
  token: {
    readonly id: string
    readonly name: string
    readonly kind: string
    readonly role: Role
    readonly workspace: string
    readonly tools: readonly string[] | null
    readonly digest: string
    readonly createdAt: Date
    readonly expiresAt: Date | null
  },
): Promise<void> {
  const { id, name, kind, role, workspace, tools, digest, createdAt, expiresAt } = token
  try {
    await db.query(
      `insert into tokens (id, name, kind, role, workspace, tools, digest, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, name, kind, role, workspace, tools, digest, createdAt, expiresAt],
    )
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new Fault('conflict', `Workspace '${workspace}' has a token named '${name}' already. Revoke it first, or choose another name.`)
  }
}

function recordOf(row: TokenRow): TokenRecord {
  const { id, name, kind, role, workspace, tools } = row
  return { id, name, kind, role, workspace, tools, createdAt: row.created_at, expiresAt: row.expires_at, revokedAt: row.revoked_at }
}

function callerOf({ name, kind, role, workspace, tools }: TokenRecord, channel: Channel): Caller {
  return { id: `token:${name}`, name, kind, role, workspace, channel, ...(tools === null ? {} : { tools }) }
}
