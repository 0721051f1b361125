/** The client of the tool-call benchmark, on a thread of its own so that its work is not the server's. */
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { keptAlive, timeRequest } from './latency.ts'

const target = z.object({ url: z.string(), body: z.string() })
const { targets, rounds, requests, warmUp } = z
  .object({ targets: z.record(z.string(), target), rounds: z.int(), requests: z.int(), warmUp: z.int() })
  .parse(workerData)

const agent = keptAlive()
const times = new Map<string, number[]>(Object.keys(targets).map((name) => [name, []]))

// Blocks of requests, alternating: whatever the machine does meanwhile befalls both alike.
for (let round = -1; round < rounds; round++) {
  for (const [name, each] of Object.entries(targets)) {
    for (let sent = 0; sent < (round < 0 ? warmUp : requests); sent++) {
      const ms = await timeRequest(agent, each)
      if (round >= 0) times.get(name)?.push(ms)
    }
  }
}
agent.destroy()
parentPort?.postMessage(Object.fromEntries(times))
