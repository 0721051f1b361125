/** Tool `ask_documents`: an answer quoted from the documents, or the plain word that they hold none. */
import { z } from 'zod'
import { ask } from '../rag/answers/ask.ts'
import { subwordOnly } from '../rag/embedding/subword.ts'
import { collectionName } from './collection-name.ts'
import { defineTool } from './tool.ts'

export const askDocumentsTool = defineTool({
  name: 'ask_documents',
  title: 'Ask the documents',
  description:
    'Answers a question from ingested documents by quoting the sentence that answers it, with citations to the exact place. Abstains, and says so, when the documents do not seem to answer it. Use it for questions of fact; to gather passages yourself use search_documents.',
  input: z.strictObject({
    question: z.string().trim().min(1).max(2000).describe('The question, in the language of the documents'),
    collection: collectionName.optional().describe('Only this collection; absent: all of them'),
  }),
  output: z.object({
    answer: z.string().describe('The quoted sentence, or that the documents do not answer'),
    abstained: z.boolean().describe('True when the evidence was too weak to answer'),
    confidence: z.number().min(0).max(1).describe('How far to trust the answer; below 0.5 it abstains'),
    short_answer: z.string().optional().describe('The number, date or name in the quote that the question asks for, as a guess'),
    citations: z
      .array(
        z.object({
          collection: z.string().describe('Collection the document is in'),
          document: z.string().describe("The document's id"),
          chunk: z.number().int().describe('Number of the passage in its document; get_document opens it'),
          title: z.string().describe('Title of the document and the headings above'),
          quote: z.string().describe('The sentence, exactly as in the source'),
          start: z.number().int().describe('Where it begins in the source, in UTF-16 units'),
          end: z.number().int().describe('Where it ends'),
        }),
      )
      .describe('What the answer stands on, best first; when abstaining, the nearest that was found'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    {
      says: 'How many days of paid leave does an employee have?',
      input: { question: 'How many days of paid leave does an employee have?' },
    },
  ],
  run: async ({ question, collection }, context) => {
    const { answer, abstained, confidence, shortAnswer, citations } = await ask(
      { db: context.db, embedders: context.ports.embedders ?? subwordOnly, signal: context.signal },
      { workspace: context.caller.workspace, question, ...(collection === undefined ? {} : { collection }) },
    )
    const [first] = citations
    const source = first && !abstained ? ` [${first.document}, ${first.start}–${first.end}]` : ''
    return {
      content: `${answer}${source}`,
      data: {
        answer,
        abstained,
        confidence,
        citations: citations.map((citation) => ({ ...citation })),
        ...(shortAnswer === undefined ? {} : { short_answer: shortAnswer }),
      },
    }
  },
})
