/** The client of the MCP benchmark over HTTP, on a thread of its own: calls in blocks, alternating between the servers. */
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { type Message, modernCall } from './message.ts'

const { urls, rounds, calls, warmUp, breathMs } = z
  .object({ urls: z.record(z.string(), z.string()), rounds: z.int(), calls: z.int(), warmUp: z.int(), breathMs: z.int() })
  .parse(workerData)

const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const times = new Map<string, number[]>(Object.keys(urls).map((name) => [name, []]))
const message = modernCall()

for (let round = -1; round < rounds; round++) {
  for (const [name, url] of Object.entries(urls)) {
    for (let sent = 0; sent < (round < 0 ? warmUp : calls); sent++) {
      const ms = await time(url, message)
      if (round >= 0) times.get(name)?.push(ms)
    }
    await sleep(round < 0 ? 8 * breathMs : breathMs)
  }
}
agent.destroy()
parentPort?.postMessage(Object.fromEntries(times))

/** Milliseconds from sending to the last byte; throws for an answer that is not the echo. */
function time(url: string, { body, headers }: Message): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const sent = request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (res) => {
      let text = ''
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      res.on('error', reject)
      res.on('end', () => {
        if (res.statusCode === 200 && text.includes('structuredContent')) resolve(performance.now() - started)
        else reject(new Error(`${url} answered ${res.statusCode}: ${text.slice(0, 200)}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
