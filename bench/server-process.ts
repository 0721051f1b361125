/** `millrace serve` as a process of its own, with the event-loop probe loaded. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** Sends a message to the probe and waits for its answer. */
  reply(message: string): Promise<unknown>
  stop(): Promise<void>
}

/** Its data lies in `folder`, and its tools may read files there. */
export async function startServerProcess(folder: string): Promise<ServerProcess> {
  const main = fileURLToPath(new URL('../bin/millrace.js', import.meta.url))
  const probe = new URL('./event-loop.probe.ts', import.meta.url).href
  const child = spawn(process.execPath, ['--import', probe, main, 'serve'], {
    cwd: folder,
    env: { ...process.env, PORT: '0', MILLRACE_HOME: `${folder}/home` },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const url = await readyUrl(child)
  return {
    url,
    child,
    reply: async (message) => {
      const answer = once(child, 'message')
      child.send(message)
      return (await answer)[0]
    },
    stop: async () => {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** A first start makes the database and the sample workspace. */
const readyMs = 180_000

async function readyUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The server has no output.')
  // Closing the output ends the loop below: the probe alone would keep a server alive that never got ready.
  const late = setTimeout(() => child.kill('SIGKILL'), readyMs)
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /Millrace ready: (http\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    clearTimeout(late)
    return url
  }
  throw new Error(`The server ended before it was ready (exit code ${child.exitCode}).`)
}
