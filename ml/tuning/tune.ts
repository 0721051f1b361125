/**
 * Searches the parameters of an algorithm: trials are proposed, race on the folds of one cross-validation, and what they
 * found shapes the next proposals; the best is fitted on all rows. What a trial tries depends on the seed, its number and
 * the races before it, never on who was faster: any number of threads, and a search that was killed and goes on, end alike.
 */
import { Fault } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import { type Candidate, scoresOf } from '../training/candidates.ts'
import { type Crew, withCrew } from '../training/crew.ts'
import type { Job, PlanSummary } from '../training/messages.ts'
import { type Params, parseParams } from '../training/params.ts'
import { shareFrame } from '../training/shared-frame.ts'
import type { TrainOutcome, TrainSpec } from '../training/spec.ts'
import { calibrate, fitOnAll, keyOf, mostThreads, reporter, type TrainOptions } from '../training/train.ts'
import { defaultSpaces } from './default-spaces.ts'
import { type Entrant, type RaceParts, race, raceSize, type Stopping } from './race.ts'
import { checkedSpace, gridOf, type Space } from './space.ts'
import { drawn, proposeTpe } from './tpe.ts'
import { bestFirst, type Trial } from './trial.ts'

export const searches = ['grid', 'random', 'tpe'] as const
export type Search = (typeof searches)[number]

export interface TuneWish {
  /** Names the algorithm; its `params` are fixed, all others that are not searched have their defaults. */
  readonly spec: TrainSpec
  readonly search: Search
  /** Default 30; of a grid, all of it. */
  readonly trials?: number
  /** Default: see default-spaces.ts. */
  readonly space?: Space
  readonly stopping: Stopping
  /** After this no new race begins; the first one always ends. */
  readonly timeBudgetSeconds?: number
}

export interface TuneOutcome extends TrainOutcome {
  readonly best: Trial
  /** In the order they were proposed. */
  readonly trials: readonly Trial[]
}

export interface TuneOptions extends TrainOptions {
  /** Told of every trial as soon as its race ends. */
  readonly record: (trial: Trial, plan: PlanSummary) => Promise<void>
}

const defaultTrials = 30

/** Throws `invalid_input` when nothing can be searched or measured, or no trial could be fitted. */
export async function tune(frame: Frame, wish: TuneWish, options: TuneOptions): Promise<TuneOutcome> {
  const started = performance.now()
  const { signal, onProgress, checkpoints, threads = mostThreads() } = options
  const proposals = proposer(wish)
  const { params: fixed = {}, ...spec } = wish.spec
  const shared = await shareFrame(frame)
  return withCrew({ frame: shared, spec: { ...spec, params: fixed } }, { signal, threads, checkpoints }, async (plan, crew) => {
    requireMeasured(plan)
    const report = reporter(onProgress)
    const key = keyOf(checkpoints)
    const searching: Searching = { ...{ wish, proposals, plan, crew, key, report, started, record: options.record } }
    const trials = await searchAll(searching)
    const [best] = bestFirst(
      trials.filter(({ state, value }) => state === 'finished' && value !== undefined),
      plan.metric,
    )
    if (best === undefined) throw noneFitted(wish.spec.algorithm, trials)
    const walk = { plan, crew, report, key, seed: spec.seed ?? 0, params: () => best.params }
    const { best: chosen, calibration } =
      spec.calibration === undefined ? { best: best.candidate } : await calibrate(walk, await rescored(searching, best))
    const { model, bytes, curve } = await fitOnAll(walk, {
      algorithm: chosen.algorithm,
      from: searchShare,
      ...(calibration && { calibration }),
    })
    const { algorithm, metrics, folds, baseline, seconds } = chosen
    return {
      ...{ model, bytes, curve, algorithm, metrics, folds, baseline, best, trials },
      params: best.params,
      task: plan.task,
      metric: plan.metric,
      candidates: [{ algorithm, metrics, seconds }],
      rows: plan.rows,
      seconds: (performance.now() - started) / 1000,
      seed: walk.seed,
      warnings: plan.warnings,
    }
  })
}

/** Part of the progress that is the search's; the rest is the fit of the best. */
const searchShare = 0.95

interface Searching extends Pick<RaceParts, 'crew' | 'key'>, Pick<TuneOptions, 'record'> {
  readonly wish: TuneWish
  readonly proposals: Proposals
  readonly plan: PlanSummary
  readonly crew: Crew
  readonly report: ReturnType<typeof reporter>
  readonly started: number
}

async function searchAll(searching: Searching): Promise<readonly Trial[]> {
  const { wish, proposals, plan, crew, key, report, started, record } = searching
  const { algorithm, seed = 0 } = wish.spec
  const trials: Trial[] = []
  const timeLeft = (): boolean =>
    trials.length === 0 || (performance.now() - started) / 1000 < (wish.timeBudgetSeconds ?? Number.POSITIVE_INFINITY)
  while (trials.length < proposals.count && timeLeft()) {
    const history = bestFirst(trials, plan.metric)
    const entrants = Array.from({ length: Math.min(raceSize[wish.stopping], proposals.count - trials.length) }, (_, i) =>
      proposals.entrant(trials.length + i + 1, history),
    )
    const leader = history[0]?.value
    const message = `Trials ${trials.length + 1} to ${trials.length + entrants.length} of ${proposals.count}${leader === undefined ? '' : `, best ${plan.metric} so far ${leader.toPrecision(4)}`}`
    const progress = report({
      from: (searchShare * trials.length) / proposals.count,
      to: (searchShare * (trials.length + entrants.length)) / proposals.count,
      message,
    })
    progress(0)
    const { foldNames, metric } = plan
    const parts = { crew, algorithm, seed, foldNames, metric, stopping: wish.stopping, key, timeLeft, progress }
    const raced = await race(entrants, { ...parts, before: [...trials] })
    for (const trial of raced) await record(trial, plan)
    trials.push(...raced)
  }
  return trials
}

interface Proposals {
  readonly count: number
  /** `history` is best first. */
  readonly entrant: (number: number, history: readonly Trial[]) => Entrant
}

/** Throws `invalid_input` for a space that cannot be searched. */
function proposer({ spec, search, trials, space: given, stopping: _, timeBudgetSeconds }: TuneWish): Proposals {
  const { algorithm, params: fixed = {}, seed = 0 } = spec
  if (timeBudgetSeconds !== undefined && !(timeBudgetSeconds > 0))
    throw new Fault(
      'invalid_input',
      `A time budget of ${timeBudgetSeconds} seconds leaves no time for a trial. Give more than 0, or leave it out.`,
    )
  const space = checkedSpace(algorithm, given ?? withoutFixed(defaultSpaces[algorithm] ?? {}, fixed), fixed)
  const entrantOf = (number: number, tried: Params): Entrant => ({ number, tried, params: parseParams(algorithm, { ...fixed, ...tried }) })
  if (search === 'grid') {
    const grid = gridOf(space)
    // A part of a grid is drawn, so that it is spread over all of it.
    const order = trials !== undefined && trials < grid.length ? shuffled(grid.length, seededRandom(seed)) : grid.map((_cell, i) => i)
    return {
      count: Math.min(trials ?? grid.length, grid.length),
      entrant: (number) => entrantOf(number, grid[order[number - 1] ?? 0] ?? {}),
    }
  }
  return {
    count: trials ?? defaultTrials,
    entrant: (number, history) => {
      const random = trialRandom(seed, number)
      const tried =
        search === 'tpe'
          ? proposeTpe(
              space,
              history.map((trial) => trial.tried),
              random,
            )
          : Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, drawn(dimension, random)]))
      return entrantOf(number, tried)
    },
  }
}

const withoutFixed = (space: Space, fixed: Params): Space => Object.fromEntries(Object.entries(space).filter(([name]) => !(name in fixed)))

/** Every trial draws from a generator of its own. */
const trialRandom = (seed: number, number: number): (() => number) => seededRandom((seed ^ Math.imul(number, 0x9e3779b1)) >>> 0)

function requireMeasured({ foldNames }: PlanSummary): void {
  if (foldNames.length > 0) return
  throw new Fault(
    'invalid_input',
    'Without labels there is nothing to compare trials by. Name labels as target, or train with parameters of your choice.',
  )
}

/** The best trial's folds once more, with the scores that a calibration learns from. */
async function rescored({ crew, plan, key, wish }: Searching, { candidate, params }: Trial): Promise<Candidate> {
  const { algorithm, seed = 0 } = wish.spec
  const jobs = plan.foldNames.map(
    (_, fold): Job => ({ key: key(`best/${fold}`), kind: 'fold', algorithm, params, seed, fold, keepScores: true }),
  )
  return { ...candidate, scores: scoresOf(await crew.run(jobs, () => undefined)) }
}

function noneFitted(algorithm: string, trials: readonly Trial[]): Fault {
  const reason = trials.find((trial) => trial.reason !== undefined)?.reason
  const why = reason === undefined ? 'The time was up before one was measured on all folds.' : `The first said: ${reason}`
  return new Fault(
    'invalid_input',
    `None of ${trials.length} trials of ${algorithm} gave a model. ${why} Change the space, or give more time.`,
  )
}
