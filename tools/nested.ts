/** A tool that calls tools: same caller, same rules, and never a stronger effect than the call it is part of. */
import { digestOf } from '../platform/canonical.ts'
import { Fault } from '../platform/fault.ts'
import { authorise, type InvokeParts } from './admit.ts'
import { isToolResult, type Journal } from './context.ts'
import { type Call, execute } from './execute.ts'
import { type Context, effects, type ToolResult } from './tool.ts'

const deepest = 8

export function nestedInvoke(parts: InvokeParts, parent: Omit<Call, 'invoke'>, depth = 1): Context['invoke'] {
  let calls = 0
  return async (name, input, options = {}) => {
    const step = options.step ?? `${name}-${++calls}`
    const done = await recall(parts, parent.journal, step)
    if (done) return done
    if (depth > deepest)
      throw new Fault(
        'invalid_input',
        `${name} is nested ${depth} calls deep; at most ${deepest} are allowed. Is a pipeline calling itself?`,
      )
    const call = await bindNested(parts, parent, { name, input, step })
    return execute(parts, { ...call, invoke: nestedInvoke(parts, call, depth + 1) })
  }
}

/** A nested call of a durable run that was done before the process died is not done again. */
async function recall({ platform }: InvokeParts, journal: Journal | undefined, step: string): Promise<ToolResult<unknown> | undefined> {
  if (!journal) return undefined
  const known = await platform.runs.recall(journal.run, `${journal.prefix}${step}`)
  return known && isToolResult(known.output) ? known.output : undefined
}

async function bindNested(
  parts: InvokeParts,
  parent: Omit<Call, 'invoke'>,
  { name, input, step }: { readonly name: string; readonly input: unknown; readonly step: string },
): Promise<Omit<Call, 'invoke'>> {
  const { platform, catalogue, ports } = parts
  const { caller, signal, onProgress } = parent
  const tool = catalogue.get(name)
  authorise(parts, tool, caller)
  const bound = tool.bind(input)
  const effect = await bound.effect({ db: platform.db, caller, ports })
  if (effects.indexOf(effect) > effects.indexOf(parent.effect)) {
    throw new Fault('not_allowed', `${parent.tool.name} was allowed to '${parent.effect}' and may not call ${name}, which is '${effect}'.`)
  }
  const digest = digestOf({ tool: name, input: bound.input })
  const call = { id: `${parent.id}.${step}`, tool, bound, effect, digest, caller, signal, onProgress }
  const { journal } = parent
  if (!journal) return call
  const entry = { run: journal.run, attempt: journal.attempt, step: `${journal.prefix}${step}` }
  return {
    ...call,
    journal: { ...journal, prefix: `${entry.step}/` },
    settle: (tx, output) => platform.runs.journal(tx, { ...entry, output }),
  }
}
