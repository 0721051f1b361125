/** Values that a plan takes from earlier results: "$prev.version", "$runs", "$best". */

export interface StepResult {
  readonly tool: string
  readonly data: unknown
}

/** Throws nothing: what cannot be resolved is named in `missing`. */
export function resolveReferences(
  args: Readonly<Record<string, unknown>>,
  results: readonly StepResult[],
): { readonly input: Readonly<Record<string, unknown>>; readonly missing: readonly string[] } {
  const missing: string[] = []
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.flatMap((item) => (item === '$runs' ? allRuns(results) : [resolve(item)]))
    if (typeof value !== 'string' || !value.startsWith('$')) return value
    const found = value === '$best' ? bestRun(results) : field(results, value.replace('$prev.', ''))
    if (found === undefined) missing.push(value)
    return found
  }
  const input = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, resolve(value)]))
  return { input, missing }
}

/** The newest result that has the field. */
function field(results: readonly StepResult[], name: string): unknown {
  return results.map(({ data }) => read(data, name)).findLast((value) => value !== undefined)
}

const allRuns = (results: readonly StepResult[]): readonly unknown[] =>
  results.map(({ data }) => read(data, 'run')).filter((run) => run !== undefined)

const lowerIsBetter: ReadonlySet<string> = new Set(['rmse', 'mae', 'mse', 'log_loss', 'mape'])

/** By the measure that the runs themselves were compared by; a list of runs is taken as sorted. */
function bestRun(results: readonly StepResult[]): unknown {
  const scored = results.flatMap(({ data }) => {
    const metric = read(data, 'metric')
    const score = typeof metric === 'string' ? read(read(data, 'metrics'), metric) : undefined
    const run = read(data, 'run')
    return typeof score === 'number' && typeof metric === 'string' && run !== undefined
      ? [{ run, score: lowerIsBetter.has(metric) ? -score : score }]
      : []
  })
  const best = scored.reduce<(typeof scored)[number] | undefined>(
    (top, one) => (top === undefined || one.score > top.score ? one : top),
    undefined,
  )
  if (best) return best.run
  const listed = results.map(({ data }) => read(data, 'runs')).findLast(Array.isArray)
  return read(listed?.[0], 'run') ?? field(results, 'run')
}

/** A field of anything. */
export function read(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
