/** One answer that goes on: bytes written as they come, slowed down to the reader's pace, ended when either side leaves. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

export interface EventStream {
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal
  /** Resolves when the client has room for more; after a hang-up it drops what it is given. */
  write(chunk: string | Uint8Array): Promise<void>
  end(): void
}

/** Proxies and browsers cut a stream that is silent for a minute. */
const keepAliveMs = 15_000

/** A client that takes no byte for this long is gone. */
const stalledMs = 30_000

export function openEventStream(res: ServerResponse, options: { readonly contentType: string; readonly signal: AbortSignal }): EventStream {
  const { contentType, signal } = options
  res.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' })
  res.flushHeaders()
  const comment = contentType.startsWith('text/event-stream')
  const beat = setInterval(() => {
    if (comment && res.writable) res.write(': still here\n\n')
  }, keepAliveMs)
  res.on('close', () => clearInterval(beat))

  return {
    signal,
    write: async (chunk) => {
      if (signal.aborted || !res.writable) return
      if (!res.write(chunk)) await drained(res, signal)
    },
    end: () => {
      clearInterval(beat)
      res.end()
    },
  }
}

async function drained(res: ServerResponse, signal: AbortSignal): Promise<void> {
  const stalled = AbortSignal.timeout(stalledMs)
  try {
    await once(res, 'drain', { signal: AbortSignal.any([signal, stalled]) })
  } catch {
    if (stalled.aborted) res.destroy()
  }
}

/** One Server-Sent Event; `data` is JSON on one line. */
export function serverSentEvent(event: string, data: unknown, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
