/** One tool call of a suite, through `invoke` as any user's, with its data as the suite reads it. */
import type { z } from 'zod'
import type { Caller } from '../platform/caller.ts'
import { Fault } from '../platform/fault.ts'
import type { Waist } from '../tools/waist.ts'

export interface SuiteGround {
  readonly waist: Waist
  readonly caller: Caller
  readonly signal: AbortSignal
  readonly onProgress?: (line: string) => void
}

/** Throws the call's fault; `internal` when it waits for a person, which no suite can give. */
export async function callTool<S extends z.ZodType>(
  { waist, caller, signal, onProgress }: SuiteGround,
  { tool, input, data }: { readonly tool: string; readonly input: unknown; readonly data: S },
): Promise<z.output<S>> {
  const outcome = await waist.invoke({
    tool,
    input,
    caller,
    signal,
    ...(onProgress ? { onProgress: ({ message }) => onProgress(message) } : {}),
  })
  if (outcome.kind !== 'done') throw new Fault('internal', `${tool} is ${outcome.kind}, and an eval cannot wait for a person.`)
  return data.parse(outcome.data)
}
