/** Calls over stdio, in blocks, alternating between the SDK's server and ours, each a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { initialize, initialized, legacyCall } from './message.ts'

interface Server {
  call(): Promise<number>
  stop(): Promise<void>
}

export interface StdioSize {
  readonly rounds: number
  readonly calls: number
  readonly warmUp: number
  /** Pause after each block. */
  readonly breathMs: number
}

export async function timeStdio({ rounds, calls, warmUp, breathMs }: StdioSize): Promise<Record<string, number[]>> {
  const servers = { bare: await open('bare'), ours: await open('ours') }
  const times = new Map<string, number[]>()
  try {
    for (let round = -1; round < rounds; round++) {
      for (const [name, server] of Object.entries(servers)) {
        const block = await callBlock(server, round < 0 ? warmUp : calls)
        if (round >= 0) times.set(name, [...(times.get(name) ?? []), ...block])
        await sleep(round < 0 ? 8 * breathMs : breathMs)
      }
    }
    return Object.fromEntries(times)
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()))
  }
}

async function callBlock(server: Server, calls: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let sent = 0; sent < calls; sent++) times.push(await server.call())
  return times
}

async function open(kind: 'bare' | 'ours'): Promise<Server> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./stdio.child.ts', import.meta.url)), kind], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const answer = async (): Promise<string> => String((await once(lines, 'line'))[0])
  const send = (text: string): Promise<string> => {
    const answered = answer()
    child.stdin.write(`${text}\n`)
    return answered
  }
  await send(initialize)
  child.stdin.write(`${initialized}\n`)
  let id = 0
  return {
    call: async () => {
      const message = legacyCall(++id).body
      const started = performance.now()
      const text = await send(message)
      const ms = performance.now() - started
      if (!text.includes('structuredContent')) throw new Error(`The ${kind} server answered ${text.slice(0, 200)}`)
      return ms
    },
    stop: () => end(child),
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.stdin?.end()
  await exited
}
