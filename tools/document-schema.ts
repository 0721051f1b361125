/** A document as a program gives it, the same in a tool call, over HTTP and as a line of a file. */
import { z } from 'zod'

export const documentSchema = z.strictObject({
  _id: z.string().min(1).max(512).describe('Its id in the collection; the same id replaces it'),
  title: z.string().max(1000).optional().describe('Its title'),
  text: z.string().min(1).max(20_000_000).describe('Its text'),
  format: z.enum(['text', 'markdown', 'html']).optional().describe('How the text is written; text when absent'),
  metadata: z.record(z.string().max(200), z.unknown()).optional().describe('What filters can ask for, up to 16 KB'),
  readers: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(1000)
    .optional()
    .describe("Who may find it: ids of callers, 'role:ROLE' or 'workspace:NAME'; absent: everyone in the workspace"),
})

/** As JSON Lines. */
export function linesOf(documents: readonly z.output<typeof documentSchema>[]): Buffer {
  return Buffer.from(documents.map((document) => `${JSON.stringify(document)}\n`).join(''))
}
