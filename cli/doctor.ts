/** `millrace doctor`: what this installation needs to work, each finding with the line that fixes it. */
import { existsSync } from 'node:fs'
import { access, constants, mkdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Queryable } from '../platform/database/database.ts'
import { openEmbedded } from '../platform/database/embedded.ts'
import { openServer } from '../platform/database/server.ts'
import { asFault } from '../platform/fault.ts'
import { folderOwner, lockFolder } from '../platform/folder-lock.ts'
import type { Io } from './io.ts'
import { jsonOutput } from './output.ts'
import { printable } from './table.ts'

export interface Finding {
  readonly check: string
  readonly ok: boolean
  /** What was found. */
  readonly found: string
  /** What to do about it. */
  readonly fix?: string
}

export type Check = (config: Config) => Promise<Omit<Finding, 'check'>>

/** Ends with 0 when every check passes, else 1. */
export async function runDoctor({
  config,
  io,
  version,
  argv = [],
  more = {},
}: {
  readonly config: Config
  readonly io: Io
  readonly version: string
  readonly argv?: readonly string[]
  /** Of rooms that commands may not enter. */
  readonly more?: Readonly<Record<string, Check>>
}): Promise<number> {
  const findings = await diagnose(config, more)
  const failed = findings.filter(({ ok }) => !ok).length
  if (argv.includes('--json')) io.out(jsonOutput({ version, findings }))
  else {
    const lines = findings.map(
      ({ check, ok, found, fix }) => `${ok ? 'ok  ' : 'FAIL'}  ${check.padEnd(12)}  ${found}${fix ? `\n        → ${fix}` : ''}`,
    )
    const end =
      failed === 0 ? `Millrace ${version}: everything is in order.` : `Millrace ${version}: ${failed} of ${findings.length} checks failed.`
    io.out(printable(`${lines.join('\n')}\n${end}\n`))
  }
  return failed === 0 ? 0 : 1
}

/** Runs every check; one that throws has failed. */
export function diagnose(config: Config, more: Readonly<Record<string, Check>> = {}): Promise<readonly Finding[]> {
  return Promise.all(
    Object.entries({ ...checks, ...more }).map(async ([check, run]) => {
      try {
        return { check, ...(await run(config)) }
      } catch (error) {
        const why = error instanceof Error ? error.message : asFault(error).message
        return { check, ok: false, found: why, fix: fixes[check] ?? 'Correct this and run millrace doctor again.' }
      }
    }),
  )
}

const fixes: Readonly<Record<string, string>> = {
  'data folder': 'Give this account the right to write there, or set MILLRACE_HOME to another folder.',
  policy: 'Correct the file as docs/policy.md shows, or unset MILLRACE_POLICY for the built-in policy.',
  database: 'Check DATABASE_URL and that the server is up; for the embedded database, move the data folder away and restore a backup.',
}

const checks: Readonly<Record<string, Check>> = {
  node: async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    if (major > 22 || (major === 22 && minor >= 18)) return { ok: true, found: `Node ${process.versions.node}` }
    return { ok: false, found: `Node ${process.versions.node}`, fix: 'Install Node 22.18 or later, or run npm ci without --omit=optional.' }
  },
  'data folder': async ({ home }) => {
    await mkdir(home, { recursive: true, mode: 0o700 })
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK)
    const owner = await folderOwner(home)
    return {
      ok: true,
      found: `${home}${owner ? `, in use by process ${owner.pid}${owner.url ? ` (serving ${owner.url})` : ''}` : ', free'}`,
    }
  },
  'disk space': async ({ home }) => {
    await mkdir(home, { recursive: true, mode: 0o700 })
    const { bavail, bsize } = await statfs(home)
    const gigabytes = (bavail * bsize) / 2 ** 30
    const found = `${gigabytes.toFixed(1)} GiB free`
    return gigabytes >= 1 ? { ok: true, found } : { ok: false, found, fix: 'Free at least 1 GiB, or set MILLRACE_HOME to a larger disk.' }
  },
  database: (config) => (config.databaseUrl === undefined ? checkEmbedded(config) : checkServer(config.databaseUrl)),
  studio: async () => {
    if (existsSync(join(import.meta.dirname, '../web/ui/dist/index.html'))) return { ok: true, found: 'built' }
    return { ok: false, found: 'not built, so the page only says so; every other endpoint works', fix: 'Run npm run prepare.' }
  },
  policy: async ({ agents: { policyFile } }) => {
    if (policyFile === undefined) return { ok: true, found: 'built in: agents read and create, and ask a person for the rest' }
    const { loadPolicy } = await import('../tools/policy-file.ts')
    const { rules } = await loadPolicy(policyFile)
    const { unknownTools } = await import('../tools/policy-tools.ts')
    const unknown = unknownTools(rules)
    const found = `${policyFile}: ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'} before the table`
    if (unknown.length === 0) return { ok: true, found }
    return {
      ok: false,
      found: `${found}; no tool of this installation fits ${unknown.join(', ')}`,
      fix: 'Correct these names; millrace --help lists the tools, and SERVER__* stands for those of a foreign server.',
    }
  },
  model: async ({ model }) => {
    const hosted = model.openaiKey ?? model.azureKey ?? model.openaiBaseUrl
    if (hosted === undefined)
      return { ok: true, found: 'none configured: the offline planner answers, and says so. OPENAI_API_KEY sets a hosted one' }
    return {
      ok: true,
      found: `${model.name ?? model.azureDeployment ?? 'the default'} at ${model.azureEndpoint ?? model.openaiBaseUrl ?? 'OpenAI'}`,
    }
  },
}

async function checkEmbedded({ home }: Config): Promise<Omit<Finding, 'check'>> {
  const folder = join(home, 'database')
  const owner = await folderOwner(home)
  if (owner?.url !== undefined) {
    const { ok, status } = await fetch(new URL('/readyz', owner.url), { signal: AbortSignal.timeout(5000) })
    if (ok) return { ok, found: `embedded, open in process ${owner.pid}, ready` }
    return {
      ok,
      found: `embedded, open in process ${owner.pid}, which answers ${status}`,
      fix: 'Look at that process and its log; restart it.',
    }
  }
  if (owner) return { ok: true, found: `embedded, open in process ${owner.pid}` }
  if (!existsSync(folder)) return { ok: true, found: 'embedded; the first start makes it' }
  const lock = await lockFolder(home)
  try {
    const db = await openEmbedded({ folder })
    try {
      return { ok: true, found: `embedded, ${await versionsOf(db)}` }
    } finally {
      await db.close()
    }
  } finally {
    await lock.release()
  }
}

async function checkServer(url: string): Promise<Omit<Finding, 'check'>> {
  const db = await openServer(url)
  try {
    const { rows } = await db.query<{ version: number; vector: string | null }>(
      `select current_setting('server_version_num')::integer as version,
         (select default_version from pg_available_extensions where name = 'vector') as vector`,
    )
    const [{ version = 0, vector = null } = {}] = rows
    const found = `Postgres ${Math.floor(version / 10_000)}, pgvector ${vector ?? 'missing'}`
    if (version < 150_000) return { ok: false, found, fix: 'Use Postgres 15 or later.' }
    if (vector === null) return { ok: false, found, fix: 'Install the pgvector package of the server, then: create extension vector.' }
    return { ok: true, found }
  } finally {
    await db.close()
  }
}

async function versionsOf(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ version: string; vector: string | null }>(
    `select current_setting('server_version') as version, (select extversion from pg_extension where extname = 'vector') as vector`,
  )
  const [{ version = '?', vector = null } = {}] = rows
  return `Postgres ${version}, pgvector ${vector ?? 'not set up yet'}`
}
