/** Tool `list_feedback`: the rated answers, for those who run the place and for evals. */
import { z } from 'zod'
import { listFeedback, ratings } from '../rag/answers/feedback.ts'
import { principalsOf } from '../rag/search/principals.ts'
import { defineTool } from './tool.ts'

export const listFeedbackTool = defineTool({
  name: 'list_feedback',
  title: 'List feedback',
  description:
    'Lists what people thought of answers of ask_documents, newest first, with the question, the answer and its sources. Use it to find bad answers and to collect cases for an eval. What rests on documents that you may not read is left out of a row, and the row says so.',
  input: z.strictObject({
    rating: z.enum(ratings).optional().describe('Only these'),
    since: z.iso.datetime({ offset: true }).optional().describe('Only ratings from this time on, as 2026-01-31T00:00:00Z'),
    limit: z.int().min(1).max(500).default(50).describe('Most rows'),
  }),
  output: z.object({
    feedback: z
      .array(
        z.object({
          answer_id: z.string().describe('The answer'),
          rating: z.enum(ratings).describe('up or down'),
          comment: z.string().describe('Why, in words'),
          caller: z.string().describe('Id of who rated'),
          at: z.string().describe('When, as an ISO time'),
          question: z.string().describe('What was asked'),
          answer: z.string().optional().describe('What was answered; absent when it rests on documents that you may not read'),
          abstained: z.boolean().describe('True when the documents did not seem to answer'),
          confidence: z.number().describe('0 to 1'),
          model: z.string().optional().describe('The hosted model that was asked'),
          sources: z
            .array(
              z.object({
                collection: z.string().describe('Collection'),
                document: z.string().describe("The document's id"),
                chunk: z.number().int().describe('Number of the passage in its document, when it was cited'),
              }),
            )
            .describe('What the answer cited and you may read'),
        }),
      )
      .describe('Newest first'),
  }),
  effect: 'read',
  role: 'operator',
  untrusted: true,
  examples: [{ says: 'Which answers were rated bad?', input: { rating: 'down' } }],
  run: async ({ rating, since, limit }, { db, caller }) => {
    const principals = principalsOf(caller)
    const rows = await listFeedback(db, caller.workspace, {
      limit,
      ...(rating === undefined ? {} : { rating }),
      ...(since === undefined ? {} : { since: new Date(since) }),
      ...(principals === undefined ? {} : { principals }),
    })
    const counted = ratings.map((each) => `${rows.filter((row) => row.rating === each).length} ${each}`).join(', ')
    return {
      content: rows.length === 0 ? 'No answer was rated.' : `${rows.length} ratings, newest first: ${counted}.`,
      data: { feedback: rows.map(({ at, sources, ...row }) => ({ ...row, at: at.toISOString(), sources: [...sources] })) },
    }
  },
})
