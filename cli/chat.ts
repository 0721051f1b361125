/** `millrace chat "question"`: one turn with the orchestrator, its words on standard output, its work on standard error. */
import { parseArgs } from 'node:util'
import type { ChatEvent, PlanStep } from '../agents/chat.ts'
import { asFault, Fault } from '../platform/fault.ts'
import { confirm } from './confirm.ts'
import { exitCodeOf, waitsForPerson } from './exit-codes.ts'
import type { Io } from './io.ts'
import { jsonOutput, progressLine } from './output.ts'
import { isFaultCode } from './run-outcome.ts'
import { printable } from './table.ts'
import type { ToolClient } from './tool-client.ts'
import { addEvent, newTranscript, type Transcript } from './transcript.ts'

/** Asks the orchestrator, here or in a server; `resume` goes on after these approvals were decided. */
export type ChatSource = (
  turn: { readonly thread: string } & ({ readonly message: string } | { readonly resume: readonly string[] }),
  signal: AbortSignal,
) => AsyncIterable<ChatEvent>

export interface ChatCommand {
  /** What follows `chat`: the question, --thread ID to go on with a conversation, --json. */
  readonly argv: readonly string[]
  readonly source: ChatSource
  /** For approvals. */
  readonly client: ToolClient
  readonly io: Io
  readonly newThread: () => string
}

/** Resolves to the exit code. Throws `usage`. */
export async function runChat({ argv, source, client, io, newThread }: ChatCommand): Promise<number> {
  const { question, thread = newThread(), json } = read(argv)
  const transcript = newTranscript(thread)
  let turn: Parameters<ChatSource>[0] = { thread, message: question }
  while (true) {
    await listen(source(turn, io.signal), { transcript, io, json })
    if (transcript.waiting.length === 0) break
    const resume: string[] = []
    for (const { approval } of transcript.waiting) {
      const { run } = await client.approval(approval)
      if ((await confirm({ approval, run }, { client, io })) !== 'unasked') resume.push(approval)
    }
    if (resume.length < transcript.waiting.length) break
    transcript.waiting = []
    turn = { thread, resume }
  }
  if (json) io.out(jsonOutput(transcript))
  if (json && transcript.failed) io.err(`${printable(transcript.failed.message)}\n`)
  return codeOf(transcript, io)
}

function read(argv: readonly string[]): { readonly question: string; readonly thread?: string; readonly json: boolean } {
  const options = { json: { type: 'boolean', default: false }, thread: { type: 'string' } } as const
  const { values, positionals } = parsed(() => parseArgs({ args: [...argv], options, allowPositionals: true }))
  const question = positionals.join(' ').trim()
  if (question === '') throw new Fault('usage', 'millrace chat wants a question, for example: millrace chat "Which datasets are there?"')
  return { question, json: values.json, ...(values.thread === undefined ? {} : { thread: values.thread }) }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new Fault(
      'usage',
      `${error instanceof Error ? error.message : String(error)}. millrace chat takes a question, --thread ID and --json.`,
    )
  }
}

interface Listening {
  readonly transcript: Transcript
  readonly io: Io
  readonly json: boolean
}

async function listen(events: AsyncIterable<ChatEvent>, { transcript, io, json }: Listening): Promise<void> {
  let midLine = false
  for await (const event of untilFailure(events)) {
    const before = transcript.plan
    addEvent(transcript, event)
    if (!json) midLine = show(event, { transcript, before, io, midLine })
  }
  if (midLine) io.out('\n')
}

interface Showing {
  readonly transcript: Transcript
  /** The plan before this event. */
  readonly before: Transcript['plan']
  readonly io: Io
  /** Words were printed and their line is not ended. */
  readonly midLine: boolean
}

function show(event: ChatEvent, { transcript, before, io, midLine }: Showing): boolean {
  if (event.type === 'text') {
    if (io.progress && !midLine) io.err(progressLine(undefined, io.width))
    io.out(printable(event.delta))
    return !event.delta.endsWith('\n')
  }
  if (io.progress) io.err(progressLine(undefined, io.width))
  const line = event.type === 'plan' ? planLines(event.steps, before) : lineFor(event, transcript, io)
  if (line !== '' && midLine) io.out('\n')
  io.err(line)
  return midLine && line === ''
}

/** A failure is the last event, wherever it happened. */
async function* untilFailure(events: AsyncIterable<ChatEvent>): AsyncIterable<ChatEvent> {
  try {
    yield* events
  } catch (error) {
    const { code, message } = asFault(error)
    yield { type: 'failed', code, message }
  }
}

/** What a person at a terminal reads of an event; what was said is printed already. */
function lineFor(event: Exclude<ChatEvent, { readonly type: 'text' | 'plan' }>, { calls, reasoning = '' }: Transcript, io: Io): string {
  switch (event.type) {
    case 'started':
      return event.mark === undefined ? '' : `(${printable(event.mark)})\n`
    case 'called': {
      const call = calls.find(({ id }) => id === event.call)
      return call ? printable(`→ ${call.tool} ${brief(call.input)}\n`) : ''
    }
    case 'progress':
      return io.progress ? progressLine(event.progress, io.width) : ''
    case 'result':
      return printable(`  ${event.ok ? '✓' : '✗'} ${event.content.split('\n', 1)[0]}\n`)
    case 'clarify':
      return printable(`${event.question}\n`)
    case 'failed':
      return printable(`${event.message}\n`)
    case 'agent':
      return event.name === undefined ? '' : printable(`(${event.name})\n`)
    // Seen while it is thought, gone when something is said.
    case 'reasoning':
      return io.progress ? progressLine({ message: lastLine(reasoning) }, io.width) : ''
    case 'state':
    case 'usage':
    case 'client_calls':
    case 'call':
    case 'arguments':
    case 'waiting':
    case 'finished':
      return ''
  }
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? ''

/** A plan is shown when it is new; its steps are told as they run, and those left out once more. */
function planLines(steps: readonly PlanStep[], before: readonly PlanStep[] | undefined): string {
  const titles = (plan: readonly PlanStep[] = []): string => JSON.stringify(plan.map(({ title }) => title))
  if (titles(steps) !== titles(before))
    return steps
      .map(({ title, condition }, at) => printable(`${at + 1}. ${title}${condition === undefined ? '' : ` (if ${condition})`}\n`))
      .join('')
  return steps
    .map(({ title, state }, at) => (state === 'skipped' && before?.[at]?.state !== 'skipped' ? printable(`  – left out: ${title}\n`) : ''))
    .join('')
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}

function codeOf({ failed, waiting }: Transcript, io: Io): number {
  if (failed) return exitCodeOf({ code: isFaultCode(failed.code) ? failed.code : 'internal' })
  if (io.signal.aborted) return exitCodeOf({ code: 'cancelled' })
  return waiting.length > 0 ? waitsForPerson : 0
}
