/** OpenTelemetry spans: kept in the database, and sent on by OTLP when an endpoint is configured. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Database } from '../database/database.ts'
import { asFault } from '../fault.ts'
import type { Log } from '../platform.ts'
import { createMeters } from './meters.ts'
import { createSpanStore } from './span-store.ts'
import type { Telemetry } from './telemetry.ts'

export interface TelemetryParts {
  readonly db: Database
  readonly log: Log
  readonly now: () => Date
  /** Base address of an OTLP/HTTP collector, for example http://127.0.0.1:4318. */
  readonly otlpEndpoint?: string
}

export function createTelemetry({ db, log, now, otlpEndpoint }: TelemetryParts): Telemetry {
  const store = new BatchSpanProcessor(createSpanStore({ db, log, now }), {
    maxQueueSize: 4096,
    maxExportBatchSize: 256,
    scheduledDelayMillis: 1000,
  })
  const exporters =
    otlpEndpoint === undefined
      ? []
      : [new BatchSpanProcessor(new OTLPTraceExporter({ url: new URL('v1/traces', `${otlpEndpoint.replace(/\/$/, '')}/`).href }))]
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'millrace' }),
    spanProcessors: [store, ...exporters],
  })
  const tracer = provider.getTracer('millrace')
  const scope = new AsyncLocalStorage<Context>()
  const meters = createMeters(db)
  return {
    span: async (name, attributes, work) => {
      const parent = scope.getStore() ?? ROOT_CONTEXT
      const span = tracer.startSpan(name, { attributes: { ...attributes } }, parent)
      try {
        return await scope.run(trace.setSpan(parent, span), () => work({ set: (more) => void span.setAttributes({ ...more }) }))
      } catch (error) {
        const { code } = asFault(error)
        span.setAttribute('error.type', code)
        span.setStatus({ code: SpanStatusCode.ERROR, message: code })
        throw error
      } finally {
        span.end()
      }
    },
    called: meters.called,
    metrics: meters.read,
    flush: () => provider.forceFlush(),
    close: async () => {
      await provider.shutdown()
      meters.close()
    },
  }
}
