/** For tests from outside: Millrace as users start it, a process of its own with a fresh data folder. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../platform/testing/harness.ts'

export const program = join(import.meta.dirname, '../bin/millrace.js')

export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface RunningServer {
  readonly url: string
  /** For the bearer header of this machine's terminal. */
  readonly token: string
  /** Environment with which commands find this server. */
  readonly env: Readonly<Record<string, string>>
  /** Runs a command beside it. */
  run(argv: readonly string[], input?: string): Promise<Finished>
  close(): Promise<void>
}

/** Resolves when it says that it is ready. */
export async function startMillrace(variables: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const folder = await temporaryFolder()
  const env = { ...environment(), MILLRACE_HOME: join(folder.path, 'home'), PORT: '0', MILLRACE_LOG: 'error', ...variables }
  const child = spawn(process.execPath, [program, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const url = await readyUrl(child)
  return {
    url,
    env,
    token: await readFile(join(env.MILLRACE_HOME, 'terminal-token'), 'utf8'),
    run: (argv, input) => runProgram(argv, { env, ...(input === undefined ? {} : { input }) }),
    close: async () => {
      child.kill('SIGTERM')
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve))
      await folder.remove()
    },
  }
}

/** One command, to its end. */
export function runProgram(
  argv: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly input?: string },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...argv], { env: options.env, stdio: ['pipe', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    child.stdin.end(options.input ?? '')
  })
}

/** What a process needs to start, and nothing that configures Millrace. */
export function environment(): Readonly<Record<string, string>> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot']
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const hear = (chunk: Buffer): void => {
      text += chunk.toString()
      const [, url] = /Millrace ready: (\S+)/.exec(text) ?? []
      if (url !== undefined) resolve(url)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`Millrace ended with ${code} before it was ready: ${text}`)))
  })
}
