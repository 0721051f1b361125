/** For tests of the server: a call that a person must approve. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../tools/tool.ts'

/** The tool `delete_thing`, which leaves word of what it deleted. */
export const deleteThingTool = (deleted: string[] = []): Tool =>
  defineTool({
    name: 'delete_thing',
    title: 'Delete a thing',
    description: 'Removes something, so that a person must approve it first, for tests of the server.',
    input: z.strictObject({ thing: z.string().describe('Which one.') }),
    output: z.strictObject({ deleted: z.string().describe('Which one.') }),
    effect: 'delete',
    role: 'operator',
    examples: [],
    run: async ({ thing }, context) =>
      context.commit(async () => {
        deleted.push(thing)
        return { content: `Deleted ${thing}.`, data: { deleted: thing } }
      }),
  })
