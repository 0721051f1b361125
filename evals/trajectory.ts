/** The trajectory suite: which tools the chat really calls for a request, and what the workspace looks like afterwards. */
import { createHash } from 'node:crypto'
import type { Orchestrator } from '../agents/chat.ts'
import type { Caller } from '../platform/caller.ts'
import { asFault, Fault } from '../platform/fault.ts'
import type { Waist } from '../tools/waist.ts'
import { round, wilson } from './interval.ts'
import type { Journal } from './journal.ts'
import type { SuiteReport } from './report.ts'
import { type Conversation, converse } from './trajectory/conversation.ts'
import { matches } from './trajectory/match.ts'
import { modes, readScenarios, type Scenario } from './trajectory/scenario.ts'
import { endState } from './trajectory/state.ts'

export interface TrajectoryOptions {
  /** File of {id?, input, calls, mode?, setup?, decide?, end_state?}, one a line. */
  readonly data: string
  readonly waist: Waist
  readonly chat: () => Promise<Orchestrator>
  /** Fills a workspace with the sample data. */
  readonly sample: (workspace: string) => Promise<void>
  readonly caller: Caller
  readonly journal: Journal
  readonly signal: AbortSignal
  readonly onProgress: (line: string) => void
}

interface TrajectoryCase {
  readonly id: string
  readonly ok?: boolean
  readonly why?: string
  readonly mode: string
  readonly made: Conversation['calls']
  readonly matched?: boolean
  readonly end_state?: boolean
}

/** Every case has a workspace of its own. Throws `invalid_input` naming the line that cannot be read. */
export async function runTrajectory(options: TrajectoryOptions): Promise<SuiteReport> {
  const { data, journal, signal, onProgress } = options
  const { scenarios, text } = await readScenarios(data)
  const orchestrator = await options.chat()
  const cases: TrajectoryCase[] = []
  for (const [at, scenario] of scenarios.entries()) {
    signal.throwIfAborted()
    const known = journal.recall(scenario.id)
    const result = isCase(known)
      ? known
      : await tried(options, { scenario, orchestrator, workspace: `case-${at + 1}-${options.waist.platform.newId('try')}` })
    if (known === undefined) await journal.keep(scenario.id, result)
    cases.push(result)
    onProgress(`${at + 1} of ${scenarios.length}: ${scenario.id}`)
  }
  return { suite: 'trajectory', data, digest: createHash('sha256').update(text).digest('hex'), ...summary(cases), cases }
}

const isCase = (value: unknown): value is TrajectoryCase => typeof value === 'object' && value !== null && 'id' in value && 'mode' in value

interface Try {
  readonly scenario: Scenario
  readonly orchestrator: Orchestrator
  readonly workspace: string
}

/** A case whose preparation or model fails is not measured; one that does the wrong thing fails. */
async function tried(options: TrajectoryOptions, { scenario, orchestrator, workspace }: Try): Promise<TrajectoryCase> {
  const { waist, signal } = options
  const { id, mode } = scenario
  const caller = { ...options.caller, workspace }
  try {
    await prepare(options, scenario, caller)
    const { calls: made, failed } = await converse({ scenario, orchestrator, waist, caller, signal })
    if (failed?.unavailable) return { id, mode, made, why: failed.message }
    const wrong = matches(scenario, made)
    const state = await endState({ waist, caller, signal, wanted: scenario.end_state })
    const why = [failed?.message, wrong, state].filter((reason) => reason !== undefined).join(' ')
    return {
      id,
      mode,
      made,
      ok: why === '',
      matched: wrong === undefined,
      ...(scenario.end_state.length > 0 ? { end_state: state === undefined } : {}),
      ...(why === '' ? {} : { why }),
    }
  } catch (error) {
    signal.throwIfAborted()
    return { id, mode, made: [], why: asFault(error).message }
  }
}

async function prepare({ waist, sample, signal }: TrajectoryOptions, { setup }: Scenario, caller: Caller): Promise<void> {
  if (setup === undefined) return sample(caller.workspace)
  for (const { tool, input } of setup) {
    const { kind } = await waist.invoke({ tool, input, caller, signal })
    if (kind !== 'done')
      throw new Fault('conflict', `The preparing call of ${tool} was answered '${kind}'. Prepare with calls that run at once.`)
  }
}

function summary(cases: readonly TrajectoryCase[]): Pick<SuiteReport, 'metrics' | 'verdict'> {
  const measured = cases.filter(({ ok }) => ok !== undefined)
  const share = (list: readonly (boolean | undefined)[]): number => round(list.filter(Boolean).length / Math.max(1, list.length))
  const withState = measured.filter(({ end_state: state }) => state !== undefined)
  const passed = measured.filter(({ ok }) => ok).length
  return {
    metrics: {
      match: share(measured.map(({ matched }) => matched)),
      by_mode: Object.fromEntries(
        modes.flatMap((mode) => {
          const ofMode = measured.filter((one) => one.mode === mode)
          return ofMode.length === 0 ? [] : [[mode, share(ofMode.map(({ matched }) => matched))]]
        }),
      ),
      ...(withState.length > 0 ? { end_state: share(withState.map(({ end_state: state }) => state)) } : {}),
      passed: share(measured.map(({ ok }) => ok)),
      passed_ci95: wilson(passed, measured.length),
      unmeasured: cases.length - measured.length,
    },
    verdict: `${passed} of ${measured.length} requests went as expected; ${cases.length - measured.length} could not be measured.`,
  }
}
