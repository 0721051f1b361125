/** The runs that a caller's own MCP calls became: the only ones it can follow or cancel here. Anybody else's do not exist. */
import { Fault } from '../platform/fault.ts'
import type { Run } from '../platform/runs/runs.ts'
import type { Surface } from './surface.ts'

/** Undefined for one that does not exist, and for one of another caller or of a person. */
export async function ownRun({ waist, caller }: Pick<Surface, 'waist' | 'caller'>, id: string): Promise<Run | undefined> {
  if (!/^[\w.-]{1,128}$/.test(id)) return undefined
  try {
    const run = await waist.platform.runs.get(id, caller.workspace)
    return run.caller.id === caller.id && run.caller.kind === caller.kind && run.caller.channel === caller.channel ? run : undefined
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found') return undefined
    throw error
  }
}
