/** Builds what a tool is given: everything impure, and the ways to make an effect happen once. */
import { allowedFile } from '../platform/allowed-file.ts'
import type { Queryable } from '../platform/database/database.ts'
import type { Platform } from '../platform/platform.ts'
import type { Ports } from './ports.ts'
import { egressOf, type Sender } from './sending.ts'
import type { Context, Part, Progress, ToolResult } from './tool.ts'

/** Where a call's journal is kept: the run it belongs to, and the prefix of its step names there. */
export interface Journal {
  readonly run: string
  readonly attempt: number
  readonly prefix: string
}

export interface ContextParts {
  readonly platform: Platform
  readonly ports: Ports
  readonly sender: Sender
  readonly call: string
  readonly signal: AbortSignal
  readonly journal?: Journal
  readonly onProgress: (progress: Progress) => void
  readonly onPart?: (part: Part) => void
  readonly commit: Context['commit']
  readonly invoke: Context['invoke']
}

export function createContext(parts: ContextParts): Context {
  const { platform, sender, call, signal, journal } = parts
  const db = journal ? platform.db.background : platform.db
  return {
    caller: sender.caller,
    call,
    db,
    signal,
    blobs: platform.blobs,
    egress: egressOf(platform, sender),
    log: platform.log,
    ports: parts.ports,
    file: (path) => allowedFile(path, platform.allowedRoots, platform.closedPaths),
    progress: parts.onProgress,
    emit: parts.onPart ?? (() => undefined),
    now: platform.now,
    random: Math.random,
    newId: platform.newId,
    commit: parts.commit,
    invoke: parts.invoke,
    step: (name, effect) =>
      journal ? journalled(platform, { ...journal, step: `${journal.prefix}${name}` }, effect) : db.transaction(effect),
  }
}

/** A step delivered twice gives the output of the first time. */
async function journalled<T>(
  platform: Platform,
  { run, step, attempt }: { readonly run: string; readonly step: string; readonly attempt: number },
  effect: (tx: Queryable) => Promise<T>,
): Promise<T> {
  const known = await platform.runs.recall<T>(run, step)
  if (known) return known.output
  return platform.db.background.transaction(async (tx) => {
    const output = await effect(tx)
    await platform.runs.journal(tx, { run, step, attempt, output })
    return output
  })
}

/** True for what `commit` must have returned: content and data. */
export function isToolResult(value: unknown): value is ToolResult<unknown> {
  return typeof value === 'object' && value !== null && 'content' in value && typeof value.content === 'string' && 'data' in value
}
