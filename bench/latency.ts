/** Latencies of HTTP requests over kept-alive connections, and their percentiles. */
import { Agent, request } from 'node:http'

export interface Target {
  readonly url: string
  readonly body: string
}

/** Milliseconds from sending to the last byte; throws for an answer that is not 200. */
export function timeRequest(agent: Agent, { url, body }: Target): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(url, { method: 'POST', agent, headers }, (res) => {
      res.on('error', reject)
      res.on('end', () => {
        if (res.statusCode === 200) resolve(performance.now() - started)
        else reject(new Error(`${url} answered ${res.statusCode}.`))
      })
      res.resume()
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

export function keptAlive(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 })
}

/** Nearest rank. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
}

export function summary(values: readonly number[]): { readonly p50_ms: number; readonly p95_ms: number; readonly requests: number } {
  return { p50_ms: rounded(percentile(values, 50)), p95_ms: rounded(percentile(values, 95)), requests: values.length }
}

export const rounded = (value: number): number => Math.round(value * 1000) / 1000
