/** Numbers for Prometheus: the process, its event loop, calls by tool and outcome, runs by state. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../database/database.ts'
import type { Telemetry } from './telemetry.ts'

export interface Meters {
  readonly called: Telemetry['called']
  readonly read: Telemetry['metrics']
  close(): void
}

export function createMeters(db: Database): Meters {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const labelNames = ['tool', 'kind', 'outcome']
  const calls = new Counter({ name: 'millrace_tool_calls_total', help: 'Finished tool calls.', labelNames, registers: [registry] })
  const seconds = new Histogram({
    name: 'millrace_tool_seconds',
    help: 'Seconds a tool call took, from admission to audit.',
    labelNames: ['tool'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
    registers: [registry],
  })
  new Gauge({
    name: 'millrace_runs',
    help: 'Durable runs by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset()
      const { rows } = await db.query<{ state: string; n: number }>('select state, count(*)::int as n from runs group by state')
      for (const { state, n } of rows) this.set({ state }, n)
    },
  })
  return {
    called: ({ tool, kind, outcome, seconds: took }) => {
      calls.inc({ tool, kind, outcome })
      seconds.observe({ tool }, took)
    },
    read: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
    close: () => registry.clear(),
  }
}
