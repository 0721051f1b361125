/** How late the event loop of this process runs: the server's own measure of whether heavy work stays off it. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface EventLoopDelay {
  /** Prometheus text: seconds by quantile since the server began to listen. */
  metrics(): string
  stop(): void
}

const resolutionMs = 10

export function watchEventLoop(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  // The histogram holds the time between two ticks of its own timer, so an idle loop shows the resolution itself.
  const seconds = (nanoseconds: number): string => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000).toFixed(6)
  const name = 'millrace_event_loop_delay_seconds'
  return {
    metrics: () =>
      [
        `# HELP ${name} How late timers of the server's event loop fire, since it began to listen.`,
        `# TYPE ${name} gauge`,
        ...[50, 90, 99].map((percent) => `${name}{quantile="${percent / 100}"} ${seconds(histogram.percentile(percent))}`),
        `${name}{quantile="1"} ${seconds(histogram.max)}`,
        '',
      ].join('\n'),
    stop: () => histogram.disable(),
  }
}
