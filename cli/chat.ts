/** `millrace chat "question"`: one turn with the orchestrator, its words on standard output, its work on standard error. */
import { parseArgs } from 'node:util'
import type { ChatEvent } from '../agents/chat.ts'
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
    addEvent(transcript, event)
    if (json) continue
    if (io.progress && event.type !== 'text') io.err(progressLine(undefined, io.width))
    if (event.type === 'text') {
      io.out(printable(event.delta))
      midLine = !event.delta.endsWith('\n')
      continue
    }
    const line = lineFor(event, transcript, io)
    if (line !== '' && midLine) io.out('\n')
    if (line !== '') midLine = false
    io.err(line)
  }
  if (midLine) io.out('\n')
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
function lineFor(event: Exclude<ChatEvent, { readonly type: 'text' }>, { calls }: Transcript, io: Io): string {
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
    case 'plan':
    case 'reasoning':
    case 'agent':
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

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}

function codeOf({ failed, waiting }: Transcript, io: Io): number {
  if (failed) return exitCodeOf({ code: isFaultCode(failed.code) ? failed.code : 'internal' })
  if (io.signal.aborted) return exitCodeOf({ code: 'cancelled' })
  return waiting.length > 0 ? waitsForPerson : 0
}
