/** Whether a message asks for a tool, judged by the planner's own reading of it and without the names of any world. */
import { clausesOf } from './clauses.ts'
import { emptyWorld, type PlannerTool } from './contract.ts'
import { read, within } from './reading.ts'
import { indexOf, rank } from './retrieve.ts'

const leastShare = 0.5
const leastEvidence = 0.9

/** A clause that is not a prohibition speaks of this tool about as much as of any other. */
export function asksFor(message: string, tool: string, catalogue: readonly PlannerTool[]): boolean {
  const index = indexOf(catalogue)
  const reading = read(message, emptyWorld)
  return clausesOf(reading)
    .filter((clause) => !clause.negated)
    .some((clause) => {
      const ranked = rank(index, within(reading, clause), () => true)
      const most = Math.max(...ranked.map(({ said }) => said))
      const own = ranked.find(({ known }) => known.tool.name === tool)?.said ?? 0
      return own >= leastEvidence && own >= leastShare * most
    })
}
