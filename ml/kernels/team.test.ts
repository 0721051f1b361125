import { existsSync, readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { openTeam, type Team } from './team.ts'
import { performSquares } from './testing/squares.ts'

const worker = new URL('./testing/squares.worker.ts', import.meta.url)
const opened: Team[] = []

function squares(threads: number, units: number) {
  const list = new Float64Array(new SharedArrayBuffer(8 * units))
  const team = openTeam(performSquares(list), { threads, worker, data: list })
  opened.push(team)
  return { list, team }
}

afterEach(() => {
  for (const team of opened.splice(0)) team.close()
})

describe('a team of threads', () => {
  /** First: threads that other tests are still ending would be counted. */
  it.runIf(existsSync('/proc/self/task'))('ends with the thread that opened it, even while that is working', async () => {
    const threads = (): number => readdirSync('/proc/self/task').length
    const until = async (holds: () => boolean): Promise<boolean> => {
      for (let attempt = 0; attempt < 200 && !holds(); attempt++) await setTimeout(25)
      return holds()
    }
    const before = threads()
    const owner = new Worker(new URL('./testing/owner.worker.ts', import.meta.url), { workerData: worker.href })
    expect(await until(() => threads() >= before + 3)).toBe(true)
    await owner.terminate()
    expect(await until(() => threads() <= before)).toBe(true)
  })

  it.each([1, 2, 4])('of %i does every unit once, run after run', (threads) => {
    const { list, team } = squares(threads, 300)
    for (let run = 1; run <= 200; run++) {
      team.run(0, 300)
      for (let unit = 0; unit < 300; unit++) if (list[unit] !== run * unit * unit) throw new Error(`Unit ${unit} of run ${run}`)
    }
    expect(list[299]).toBe(200 * 299 * 299)
  })

  it('gets help: other threads take some of the units', async () => {
    const { list, team } = squares(3, 64)
    const helped = (): boolean => {
      list.fill(0)
      team.run(1, 64)
      return list.some((thread) => thread > 0)
    }
    for (let attempt = 0; attempt < 200 && !helped(); attempt++) await setTimeout(25)
    expect(helped() || helped() || helped()).toBe(true)
  })
})
