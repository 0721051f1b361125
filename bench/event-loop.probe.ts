/** Loaded into the server process with --import: measures its event loop between two messages, so that only the load counts. */
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

const resolution = 10
const delay = monitorEventLoopDelay({ resolution })
/** Processor time of the loop's own thread between two ticks: what the server itself did, however busy the machine is. */
const work = createHistogram()

/** The histogram holds the time between two ticks, so an idle loop shows the resolution itself. */
const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution)

const spent = (): number => {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

let before = 0
let timer: NodeJS.Timeout | undefined

process.on('message', (message) => {
  if (message === 'begin') {
    delay.enable()
    before = spent()
    timer = setInterval(() => {
      const now = spent()
      work.record(Math.max(1, now - before))
      before = now
    }, resolution)
  }
  if (message !== 'end') return
  delay.disable()
  clearInterval(timer)
  process.send?.({
    delay: { p50_ms: late(delay.percentile(50)), p99_ms: late(delay.percentile(99)), max_ms: late(delay.max), samples: delay.count },
    work: { p50_ms: work.percentile(50) / 1e3, p99_ms: work.percentile(99) / 1e3, max_ms: work.max / 1e3, samples: work.count },
  })
})
