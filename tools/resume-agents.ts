/** Takes the kill switch back: agents of the workspace may act again. */
import { z } from 'zod'
import { haltsOf } from './stop-agents.ts'
import { defineTool } from './tool.ts'

export const resumeAgentsTool = defineTool({
  name: 'resume_agents',
  title: 'Resume agents',
  description:
    'Lets the agents of this workspace act again after stop_agents. What was stopped does not go on by itself: it has to be asked for anew. Only a person can do this.',
  input: z.strictObject({}),
  output: z.object({
    workspace: z.string().describe('Workspace whose agents may act.'),
    stopped: z.boolean().describe('Whether they had been stopped.'),
  }),
  effect: 'change',
  role: 'operator',
  callers: ['person'],
  examples: [{ says: 'Let the agents go on', input: {} }],
  run: async (_, context) => {
    const halts = haltsOf(context)
    const { workspace } = context.caller
    const stopped = halts.current(workspace) !== undefined
    await halts.resume(context.caller)
    return context.commit(async () => ({
      content: stopped ? `Agents may act again in workspace '${workspace}'.` : `Agents were not stopped in workspace '${workspace}'.`,
      data: { workspace, stopped },
    }))
  },
})
