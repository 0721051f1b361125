/** Tool `record_feedback`: what somebody thinks of an answer of ask_documents. */
import { z } from 'zod'
import { ratings, recordFeedback } from '../rag/answers/feedback.ts'
import { defineTool } from './tool.ts'

export const recordFeedbackTool = defineTool({
  name: 'record_feedback',
  title: 'Rate an answer',
  description:
    'Records whether an answer of ask_documents was good or bad, with a comment, so that operators and evals can learn from it. One rating by each caller for an answer; a later one replaces it. A rated answer is kept for a year, others for 30 days.',
  input: z.strictObject({
    answer: z.string().min(1).max(100).describe('The answer_id that ask_documents gave'),
    rating: z.enum(ratings).describe('up: it helped; down: it was wrong or useless'),
    comment: z.string().trim().max(2000).default('').describe('Why, in words'),
  }),
  output: z.object({
    answer: z.string().describe('The answer that was rated'),
    rating: z.enum(ratings).describe('The rating that counts now'),
  }),
  effect: 'create',
  role: 'viewer',
  examples: [{ says: 'That answer was right', input: { answer: 'answer_1', rating: 'up' } }],
  run: async ({ answer, rating, comment }, { caller, now, commit, ports }) => {
    // An answer given a moment ago may still wait to be written.
    await ports.answers?.flush()
    return commit(async (tx) => {
      const feedback = { answer, rating, comment, caller: caller.id, at: now() }
      const { question } = await recordFeedback(tx, caller.workspace, feedback)
      return { content: `Rated ${rating}: the answer to "${question}".`, data: { answer, rating } }
    })
  },
})
