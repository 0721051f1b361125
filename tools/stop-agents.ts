/** The kill switch for a person's hand: every agent of the workspace stops, and none begins anything. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import type { Halts } from '../platform/halts/halts.ts'
import { type Context, defineTool } from './tool.ts'

export const stopAgentsTool = defineTool({
  name: 'stop_agents',
  title: 'Stop agents',
  description:
    'Stops every agent in this workspace at once: chats, agents over MCP, A2A and tokens, and the runs they began. Nothing an agent asks for runs until resume_agents. People, their own calls and deployed models go on. Only a person can do this.',
  input: z.strictObject({
    reason: z.string().trim().min(1).max(300).describe('Why, in a few words: shown to everybody whose agent is stopped.'),
  }),
  output: z.object({
    workspace: z.string().describe('Workspace whose agents stand still.'),
    by: z.string().describe('Who stopped them.'),
    reason: z.string().describe('Why.'),
    since: z.string().describe('Since when, ISO 8601.'),
  }),
  effect: 'change',
  role: 'operator',
  callers: ['person'],
  examples: [{ says: 'Stop all agents, one is running wild', input: { reason: 'An agent retrains the same model over and over' } }],
  run: async ({ reason }, context) => {
    // First, and not with the audit row: nothing that fails after it may leave agents at work.
    const { workspace, by, since, reason: why } = await haltsOf(context).halt(context.caller, reason)
    return context.commit(async () => ({
      content: `Agents are stopped in workspace '${workspace}' (${why}). Resume them with resume_agents.`,
      data: { workspace, by, reason: why, since: since.toISOString() },
    }))
  },
})

export function haltsOf({ ports }: Context): Halts {
  if (ports.halts) return ports.halts
  throw new Fault('unavailable', 'This process cannot stop agents. Ask the server.')
}
