/** The numbers of a report, flat by dotted path: averaged over trials, and compared with a baseline's in their direction. */

export type Leaves = ReadonlyMap<string, number>

export function leavesOf(metrics: object, path = ''): Leaves {
  const found = new Map<string, number>()
  for (const [name, value] of Object.entries(metrics)) {
    const at = path === '' ? name : `${path}.${name}`
    if (typeof value === 'number') found.set(at, value)
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [inner, number] of leavesOf(value, at)) found.set(inner, number)
  }
  return found
}

/** The shape of the first, every number the mean of that number in all; what is not a number is the first's. */
export function meanMetrics(all: readonly object[]): object {
  const [first = {}] = all
  const leaves = all.map((metrics) => leavesOf(metrics))
  return withLeaves(first, '', (path) => {
    const values = leaves.flatMap((one) => one.get(path) ?? [])
    return values.reduce((sum, value) => sum + value, 0) / values.length
  })
}

function withLeaves(metrics: object, path: string, leaf: (path: string) => number): object {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => {
      const at = path === '' ? name : `${path}.${name}`
      if (typeof value === 'number') return [name, leaf(at)]
      return [name, typeof value === 'object' && value !== null && !Array.isArray(value) ? withLeaves(value, at, leaf) : value]
    }),
  )
}

const higher =
  /^(ndcg|mrr|recall|precision|f1|auroc|roc_auc|pr_auc|r2|accuracy|exact|contains|citation|quote|tool|decision|name|match|abstention|attempted|control|irrelevance|refused|taken_up|pass)/
const lower = /^(log_loss|rmse|mae|brier|ece|forbidden|executed|blocked|benign_blocked|false_alarms|delays)/

/** 1: more is better, -1: less is, undefined: neither (a time, a count). */
function directionOf(path: string): 1 | -1 | undefined {
  const name = path.slice(path.lastIndexOf('.') + 1)
  return higher.test(name) ? 1 : lower.test(name) ? -1 : undefined
}

/** Metrics with a direction that are worse than before by more than the tolerance, as sentences. */
export function worseMetrics(before: object, now: object, tolerance: number): readonly string[] {
  const then = leavesOf(before)
  return [...leavesOf(now)].flatMap(([path, value]) => {
    const direction = directionOf(path)
    const was = then.get(path)
    if (direction === undefined || was === undefined || (was - value) * direction <= tolerance) return []
    return [`${path} went from ${shown(was)} to ${shown(value)}.`]
  })
}

const shown = (value: number): string => String(Number(value.toFixed(4)))
