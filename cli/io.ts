/** The terminal as a value: where results go, where progress goes, and whether a person is there to ask. */
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Fault } from '../platform/fault.ts'

export interface Io {
  /** Results: standard output. */
  out(text: string): void
  /** Everything else: standard error. */
  err(text: string): void
  /** Somebody watches standard error, so progress may be drawn there. */
  readonly progress: boolean
  /** Columns of the terminal; where there is none, wide enough that nothing is cut. */
  readonly width: number
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal
  /** Asks the person at the terminal; absent where there is none. */
  readonly ask?: (question: string) => Promise<string>
  /** Text of a file, or of standard input for '-'. */
  read(file: string): Promise<string>
}

/** The terminal of this process. The second Ctrl-C ends it at once. */
export function terminalIo(): Io {
  const controller = new AbortController()
  process.once('SIGINT', () => {
    controller.abort(new Fault('cancelled', 'Interrupted.'))
    process.once('SIGINT', () => process.exit(130))
  })
  // A reader that has seen enough (| head) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    progress: process.stderr.isTTY,
    width: process.stdout.columns ?? 1000,
    signal: controller.signal,
    read: (file) => (file === '-' ? standardInput() : fileText(file)),
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: (question: string) => ask(question, controller.signal) } : {}),
  }
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question, { signal })
  } finally {
    terminal.close()
  }
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Fault(
      'not_found',
      `'${file}' cannot be read (${error instanceof Error && 'code' in error ? error.code : 'unknown'}). Check the path.`,
    )
  }
}
