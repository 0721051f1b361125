/** Loaded into the server process with --import: measures its event loop between two messages, so that only the load counts. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolution = 10
const histogram = monitorEventLoopDelay({ resolution })

/** The histogram holds the time between two ticks, so an idle loop shows the resolution itself. */
const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution)

process.on('message', (message) => {
  if (message === 'begin') histogram.enable()
  if (message !== 'end') return
  histogram.disable()
  process.send?.({
    p50_ms: ms(histogram.percentile(50)),
    p99_ms: ms(histogram.percentile(99)),
    max_ms: ms(histogram.max),
    samples: histogram.count,
  })
})
