/**
 * The toolpick suite: for requests over catalogues that nobody prepared for, the tool that the planner finds first, how sure
 * it is that any fits, and what it then decides. The ranking is the planner's own (`rank`), and so is the decision (`plan`).
 */
import { createHash } from 'node:crypto'
import { emptyWorld } from '../agents/planner/contract.ts'
import { plan } from '../agents/planner/plan.ts'
import { read } from '../agents/planner/reading.ts'
import { indexOf, rank } from '../agents/planner/retrieve.ts'
import { rocAuc } from '../ml/evaluation/ranking.ts'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { round, wilson } from './interval.ts'
import { type PickCase, readPickFiles } from './toolpick-data.ts'

export interface ToolpickCase {
  readonly id: string
  readonly file: string
  /** The right tool first; where none fits, the planner calls nothing. */
  readonly ok?: boolean
  /** The tool ranked first. */
  readonly chosen: string
  readonly expected: readonly string[]
  /** How much speaks for the tool ranked first. */
  readonly score: number
  /** What the planner does: calls it, asks for what it lacks, or declines. */
  readonly decision: 'calls' | 'asks' | 'declines'
  /** The tool it does that for. */
  readonly decided?: string
  readonly why?: string
}

type Interval = readonly [number, number]

export interface ToolpickMetrics {
  /** Right tool first, of the cases with several tools. */
  readonly name_accuracy?: number
  readonly name_ci95?: Interval
  /** Chance that a request that a tool fits scores above one that none fits. */
  readonly irrelevance_auroc?: number
  readonly auroc_ci95?: Interval
  /** Share of the requests that no tool fits for which the planner calls nothing. */
  readonly refused?: number
  /** Share of them for which it does not even ask. */
  readonly declined?: number
  /** Share of the requests that a tool fits for which the planner calls the right one, or asks for what that one lacks. */
  readonly taken_up?: number
  readonly by_file: Readonly<Record<string, Readonly<Record<string, number | Interval>>>>
}

export interface ToolpickReport {
  readonly suite: 'toolpick'
  readonly data: string
  readonly digest: string
  readonly metrics: ToolpickMetrics
  readonly cases: readonly ToolpickCase[]
  /** One sentence. */
  readonly verdict: string
}

export interface ToolpickOptions {
  /** A file of cases or a folder of such files. */
  readonly data: string
  readonly signal: AbortSignal
}

/** Throws `invalid_input` naming the line that cannot be read, `not_found` where there is no file of cases. */
export async function runToolpick({ data, signal }: ToolpickOptions): Promise<ToolpickReport> {
  const files = await readPickFiles(data)
  const measured = files.flatMap(({ name, cases }) =>
    cases.map((one) => {
      signal.throwIfAborted()
      return { several: one.tools.length > 1, result: pick(one, name), known: one.expected !== undefined }
    }),
  )
  const digest = createHash('sha256')
  for (const { text } of files) digest.update(text)
  const metrics = summary(measured.filter(({ known }) => known))
  return {
    suite: 'toolpick',
    data,
    digest: digest.digest('hex'),
    metrics,
    cases: measured.map(({ result }) => result),
    verdict: sentence(metrics),
  }
}

interface Measured {
  readonly several: boolean
  readonly result: ToolpickCase
}

function pick({ id, request, tools, expected }: PickCase, file: string): ToolpickCase {
  const [best] = rank(indexOf(tools), read(request, emptyWorld), () => true)
  const chosen = best?.known.tool.name ?? ''
  const { type, calls, missing } = plan({ message: request, history: [], catalogue: tools, world: emptyWorld })
  const decided = calls[0]?.tool ?? missing?.tool
  const decision = calls.length > 0 ? 'calls' : type === 'clarify' ? 'asks' : 'declines'
  const found = { id, file, chosen, score: round(best?.score ?? -noTool), decision, ...(decided === undefined ? {} : { decided }) } as const
  if (expected === undefined) return { ...found, expected: [], why: 'Nobody said which tool is right.' }
  const ok = expected.length === 0 ? decision !== 'calls' : expected.includes(chosen)
  return {
    ...found,
    expected,
    ok,
    ...(ok ? {} : { why: expected.length === 0 ? `Called ${decided}; no tool fits.` : `Found ${chosen} first.` }),
  }
}

/** Below any score: an empty catalogue fits nothing. */
const noTool = 100

function summary(measured: readonly Measured[]): ToolpickMetrics {
  const fitting = measured.filter(({ result }) => result.expected.length > 0)
  const none = measured.filter(({ result }) => result.expected.length === 0).map(({ result }) => result)
  const choices = fitting.filter(({ several }) => several).map(({ result }) => result)
  const files = Map.groupBy(measured, ({ result }) => result.file)
  return {
    ...nameAccuracy(choices),
    ...irrelevance(
      fitting.map(({ result }) => result.score),
      none.map(({ score }) => score),
    ),
    ...(none.length === 0 ? {} : { refused: share(none, notCalled), declined: share(none, declines) }),
    ...(fitting.length === 0
      ? {}
      : {
          taken_up: share(
            fitting.map(({ result }) => result),
            takenUp,
          ),
        }),
    by_file: Object.fromEntries([...files].map(([name, all]) => [name, ofFile(all.map(({ result }) => result))])),
  }
}

const notCalled = ({ decision }: ToolpickCase): boolean => decision !== 'calls'
const declines = ({ decision }: ToolpickCase): boolean => decision === 'declines'
const takenUp = ({ decided, expected }: ToolpickCase): boolean => decided !== undefined && expected.includes(decided)

const share = <T>(list: readonly T[], test: (one: T) => boolean): number => round(list.filter(test).length / Math.max(1, list.length))

function nameAccuracy(choices: readonly ToolpickCase[]): Pick<ToolpickMetrics, 'name_accuracy' | 'name_ci95'> {
  if (choices.length === 0) return {}
  const right = choices.filter(({ ok }) => ok).length
  return { name_accuracy: round(right / choices.length), name_ci95: wilson(right, choices.length) }
}

function ofFile(all: readonly ToolpickCase[]): Readonly<Record<string, number | Interval>> {
  const ok = all.filter((one) => one.ok).length
  return {
    cases: all.length,
    ok: round(ok / Math.max(1, all.length)),
    ok_ci95: wilson(ok, all.length),
    calls: share(all, (one) => one.decision === 'calls'),
    asks: share(all, (one) => one.decision === 'asks'),
    declines: share(all, declines),
  }
}

const draws = 500

/** With a 95 % bootstrap interval over the cases of each kind (Efron 1979). */
function irrelevance(fitting: readonly number[], none: readonly number[]): Pick<ToolpickMetrics, 'irrelevance_auroc' | 'auroc_ci95'> {
  if (fitting.length === 0 || none.length === 0) return {}
  const random = seededRandom(1)
  const again = (list: readonly number[]): readonly number[] => list.map(() => list[Math.floor(random() * list.length)] ?? 0)
  const areas = Array.from({ length: draws }, () => area(again(fitting), again(none))).sort((left, right) => left - right)
  const quantile = (at: number): number => round(areas[Math.floor(at * draws)] ?? Number.NaN, 3)
  return { irrelevance_auroc: round(area(fitting, none)), auroc_ci95: [quantile(0.025), quantile(0.975)] }
}

const area = (fitting: readonly number[], none: readonly number[]): number =>
  rocAuc(
    Uint8Array.from({ length: fitting.length + none.length }, (_, at) => (at < fitting.length ? 1 : 0)),
    Float64Array.from([...fitting, ...none]),
  )

function sentence({ name_accuracy, irrelevance_auroc, refused, taken_up }: ToolpickMetrics): string {
  const parts = [
    name_accuracy === undefined ? [] : [`right tool first in ${percent(name_accuracy)}`],
    irrelevance_auroc === undefined ? [] : [`none-fits AUROC ${irrelevance_auroc}`],
    refused === undefined ? [] : [`${percent(refused)} of unfit requests not called`],
    taken_up === undefined ? [] : [`${percent(taken_up)} of fitting ones called or asked about`],
  ].flat()
  return parts.length === 0 ? 'No case could be measured: the files name no right tool.' : `${parts.join('; ')}.`
}

const percent = (value: number): string => `${Number((100 * value).toFixed(1))} %`
