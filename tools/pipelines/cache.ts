/**
 * When a step need not run again: it changes nothing that is live, and what it works on is the same as before.
 * The key is a digest of the tool, its resolved input, and the state of the files and datasets that the input names.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { getDataset } from '../../ml/data/datasets.ts'
import { digestOf } from '../../platform/canonical.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { repairedJsonText } from '../../platform/json-text.ts'
import { isToolResult } from '../context.ts'
import type { Context, Effect, Tool, ToolResult } from '../tool.ts'
import type { PipelineStep } from './spec.ts'

/** Fields that name what a tool works on; `run` never changes once it ended. */
const fileFields = ['source', 'path', 'data']
const datasetFields = ['dataset', 'reference']
const fixedFields = ['run', 'runs']

/** Results above this many characters are computed again rather than kept. */
const longest = 1_000_000

/** The key of a step's result; undefined when it must run. `input` has been parsed by the tool. */
export async function cacheKey(
  { cache }: Pick<PipelineStep, 'cache'>,
  { tool, effect, input }: { readonly tool: Tool; readonly effect: Effect; readonly input: unknown },
  context: Context,
): Promise<string | undefined> {
  if (cache === false || (effect !== 'read' && effect !== 'create')) return undefined
  const things = await thingsNamed(input, context)
  if (cache !== true && (things.length === 0 || readsWhatIsLive(effect, input))) return undefined
  return digestOf({ tool: tool.name, description: tool.description, input, things })
}

/** A model's versions, aliases and traffic change under its name. */
function readsWhatIsLive(effect: Effect, input: unknown): boolean {
  return effect === 'read' && typeof input === 'object' && input !== null && 'model' in input && input.model !== undefined
}

async function thingsNamed(input: unknown, context: Context): Promise<readonly unknown[]> {
  const fields = typeof input === 'object' && input !== null ? Object.entries(input) : []
  const things = await Promise.all(
    fields.map(async ([name, value]) => {
      if (fixedFields.includes(name)) return value
      if (typeof value !== 'string') return undefined
      if (fileFields.includes(name)) return fileState(await context.file(value).catch(() => undefined))
      return datasetFields.includes(name) ? datasetState(value, context) : undefined
    }),
  )
  return things.filter((thing) => thing !== undefined)
}

async function datasetState(ref: string, { db, caller }: Context): Promise<unknown> {
  const dataset = await getDataset(db, caller.workspace, ref).catch(() => undefined)
  return dataset && { dataset: dataset.name, version: dataset.version }
}

/** Sizes and times of a file, or of everything in a folder, as deep as documents are usually filed. */
async function fileState(path: string | undefined, depth = 0): Promise<unknown> {
  if (path === undefined || depth > 8) return undefined
  const entry = await stat(path)
  if (!entry.isDirectory()) return { path, size: entry.size, mtimeMs: entry.mtimeMs }
  const names = (await readdir(path)).sort()
  return Promise.all(names.map((name) => fileState(join(path, name), depth + 1)))
}

export async function recallResult(db: Queryable, workspace: string, key: string): Promise<ToolResult<unknown> | undefined> {
  const { rows } = await db.query<{ result: unknown }>('select result from pipeline_cache where workspace = $1 and key = $2', [
    workspace,
    key,
  ])
  const result = rows[0]?.result
  return isToolResult(result) ? result : undefined
}

export async function keepResult(
  db: Queryable,
  entry: { readonly workspace: string; readonly key: string; readonly tool: string; readonly run: string; readonly now: Date },
  result: ToolResult<unknown>,
): Promise<void> {
  const text = repairedJsonText(result)
  if (text.length > longest) return
  await db.query(
    `insert into pipeline_cache (workspace, key, tool, result, run, created_at) values ($1, $2, $3, $4::jsonb, $5, $6)
     on conflict (workspace, key) do update set result = excluded.result, run = excluded.run, created_at = excluded.created_at`,
    [entry.workspace, entry.key, entry.tool, text, entry.run, entry.now],
  )
}
