/** `millrace TOOL --flags`: words to input, one call, its outcome to words; an exit code at the end. */
import { resolve } from 'node:path'
import { asFault } from '../platform/fault.ts'
import type { Outcome } from '../tools/invocation.ts'
import { isRemote } from '../tools/remote-source.ts'
import type { Progress } from '../tools/tool.ts'
import { confirm } from './confirm.ts'
import { exitCodeOf, waitsForPerson } from './exit-codes.ts'
import { toolHelp } from './help.ts'
import type { Io } from './io.ts'
import { humanOutput, jsonOutput, progressLine } from './output.ts'
import { parseToolCommand } from './parse.ts'
import { printable } from './table.ts'
import type { ToolClient } from './tool-client.ts'

export interface ToolCommand {
  /** `train-model` or `train_model`. */
  readonly name: string
  /** What follows the name. */
  readonly argv: readonly string[]
  readonly client: ToolClient
  readonly io: Io
  /** Where this terminal is. Default: the working folder. */
  readonly folder?: string
}

/** Resolves to the exit code; errors are told on standard error in the sentence that every surface uses. */
export async function runToolCommand(command: ToolCommand): Promise<number> {
  const { io } = command
  try {
    return await callAndTell(command)
  } catch (error) {
    const fault = asFault(error)
    io.err(`${printable(fault.message)}\n`)
    return exitCodeOf(fault)
  }
}

async function callAndTell({ name, argv, client, io, folder = process.cwd() }: ToolCommand): Promise<number> {
  const tool = await client.tool(name)
  const { input: given, json, help } = await parseToolCommand(tool, argv, io.read)
  if (help) {
    io.out(toolHelp(tool, Math.min(io.width, 110)))
    return 0
  }
  const input = client.remote ? withAbsolutePaths(given, folder) : given
  const outcome = await withProgress(io, (onProgress) => client.call({ tool: tool.name, input, signal: io.signal, onProgress }))
  if (outcome.kind !== 'waiting') return tell(outcome, { json, io })
  const decided = await confirm(outcome, { client, io })
  if (decided === 'approved') {
    return tell(await withProgress(io, (onProgress) => client.follow(outcome.run, { signal: io.signal, onProgress })), { json, io })
  }
  if (json && decided === 'unasked') io.out(jsonOutput({ approval: outcome.approval, run: outcome.run }))
  return waitsForPerson
}

/** Fields of tools that name files. */
const pathFields: ReadonlySet<string> = new Set(['path', 'source', 'file', 'data'])

/** A person means files from where they stand, not from where the server was started. */
function withAbsolutePaths(input: Readonly<Record<string, unknown>>, folder: string): Readonly<Record<string, unknown>> {
  const meant = (name: string, value: unknown): unknown =>
    pathFields.has(name) && typeof value === 'string' && value !== '' && !isRemote(value) ? resolve(folder, value) : value
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, meant(name, value)]))
}

function tell(outcome: Outcome, { json, io }: { readonly json: boolean; readonly io: Io }): number {
  switch (outcome.kind) {
    case 'done':
      io.out(json ? jsonOutput(outcome.data) : humanOutput(outcome, io.width))
      return 0
    case 'running':
      io.err(`Run ${outcome.run} goes on without this terminal.\n`)
      if (json) io.out(jsonOutput({ run: outcome.run }))
      return 0
    case 'waiting':
      io.err(`Run ${outcome.run} waits for approval ${outcome.approval}.\n`)
      return waitsForPerson
  }
}

/** Draws progress on standard error while the call runs, where somebody watches it. */
export async function withProgress<T>(io: Io, work: (onProgress: (progress: Progress) => void) => Promise<T>): Promise<T> {
  let drawn = false
  const draw = (progress: Progress): void => {
    drawn = true
    io.err(progressLine(progress, io.width))
  }
  try {
    return await work(io.progress ? draw : () => undefined)
  } finally {
    if (drawn) io.err(progressLine(undefined, io.width))
  }
}
