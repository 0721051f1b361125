/** A tool for tests of turns: it takes a note, and the list of notes tells how often its effect happened. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../tools/tool.ts'

/** `before` is awaited inside the call, before its effect. */
export function noteTool(notes: string[], before: () => unknown = () => undefined): Tool {
  return defineTool({
    name: 'take_note',
    title: 'Take a note',
    description: 'Takes a note of a text for the whole workspace to read.',
    input: z.strictObject({ text: z.string().describe('The note, in quotes.') }),
    output: z.object({ text: z.string() }),
    effect: 'create',
    role: 'builder',
    examples: [{ says: 'Take a note of "milk"', input: { text: 'milk' } }],
    run: async ({ text }, context) => {
      await before()
      return context.commit(async () => {
        notes.push(text)
        return { content: `Noted ${text}.`, data: { text } }
      })
    },
  })
}
