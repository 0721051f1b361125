/** The real server as a child process that can be killed without warning and started again on the same folder. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'

export interface ServerProcess {
  readonly url: string
  /** Resolves when it serves. Throws with its last words when it ends first. */
  start(): Promise<void>
  /** Starts it without waiting, so that it can be killed while it opens. */
  launch(): void
  /** SIGKILL, to the whole process group; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM; its exit code, or null when it had to be killed after `ms`. */
  stop(ms: number): Promise<number | null>
}

const root = join(import.meta.dirname, '../..')
const startMs = 120_000

/**
 * `folder` holds the data folder and the files tools may read; the port stays the same over all starts.
 * `database` is a Postgres address; without it the server keeps its database in the folder.
 */
export async function createServerProcess(
  folder: string,
  {
    database = '',
    environment = {},
  }: { readonly database?: string | undefined; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<ServerProcess> {
  const port = await freePort()
  let child: ChildProcess | undefined
  let words = ''

  const launch = (): void => {
    words = ''
    const env = {
      ...process.env,
      ...environment,
      PORT: String(port),
      MILLRACE_HOME: join(folder, 'home'),
      MILLRACE_FILES: folder,
      DATABASE_URL: database,
    }
    child = spawn(process.execPath, [join(root, 'bin/millrace.js'), 'serve'], { cwd: folder, env, detached: true })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        words = (words + chunk.toString()).slice(-4_000)
      })
    }
  }
  const ended = (): Promise<number | null> =>
    new Promise((resolve) => {
      if (!child || child.exitCode !== null || child.signalCode !== null) resolve(child?.exitCode ?? null)
      else child.once('exit', (code) => resolve(code))
    })
  const killNow = (): void => {
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  // A group of its own is not ended with us.
  process.once('exit', killNow)
  const kill = async (): Promise<void> => {
    killNow()
    await ended()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    launch,
    kill,
    start: async () => {
      launch()
      const deadline = performance.now() + startMs
      while (!words.includes('Millrace ready')) {
        if (child?.exitCode !== null || child.signalCode !== null) throw new Error(`The server ended while it started: ${words}`)
        if (performance.now() > deadline) throw new Error(`The server did not start within ${startMs / 1000} s: ${words}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    stop: async (ms) => {
      const exit = ended()
      child?.kill('SIGTERM')
      const timer = setTimeout(() => void kill(), ms)
      const code = await exit
      clearTimeout(timer)
      return child?.signalCode === 'SIGKILL' ? null : code
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('There is no free port.'))))
    })
  })
}
