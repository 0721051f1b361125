/** Tool `ask_documents`: an answer from the documents with its sources, or the plain word that they hold none. */
import { z } from 'zod'
import type { Answer, AnswerEvent, AskRequest } from '../rag/answers/answer.ts'
import { ask } from '../rag/answers/ask.ts'
import { subwordOnly } from '../rag/embedding/subword.ts'
import { principalsOf } from '../rag/search/principals.ts'
import { collectionName } from './collection-name.ts'
import { filterSchema } from './filter-schema.ts'
import { type Context, defineTool } from './tool.ts'

const input = z.strictObject({
  question: z.string().trim().min(1).max(2000).describe('The question, in the language of the documents'),
  collection: z
    .union([collectionName, z.array(collectionName).min(1).max(20)])
    .optional()
    .describe('Only this collection, or these; absent: all of them'),
  filter: filterSchema.optional(),
  history: z
    .array(
      z.strictObject({
        question: z.string().max(2000).describe('What was asked'),
        answer: z.string().max(8000).describe('What was answered'),
      }),
    )
    .max(20)
    .optional()
    .describe('Earlier turns of the conversation, oldest first: a follow-up such as "And in Germany?" is completed from them'),
  passages: z.int().min(1).max(10).optional().describe('How many passages to cite at most; default 3, and 6 for a hosted model to read'),
  fresh: z.boolean().default(false).describe('True: answer anew, even if the same was answered before and no document changed since'),
})

const citation = z.object({
  collection: z.string().describe('Collection the document is in'),
  document: z.string().describe("The document's id"),
  chunk: z.number().int().describe('Number of the passage in its document; get_document opens it'),
  title: z.string().describe('Title of the document and the headings above'),
  quote: z.string().describe('The sentence that says it best, exactly as in the source'),
  start: z.number().int().describe('Where the quote begins in the source, in UTF-16 units'),
  end: z.number().int().describe('Where it ends'),
  page: z.number().int().optional().describe('Page on which the passage begins, from 1, where the source has pages'),
  passage: z.string().describe('The whole passage around the quote'),
  passage_start: z.number().int().describe('Where the passage begins in the source'),
  passage_end: z.number().int().describe('Where it ends'),
})

const output = z.object({
  answer_id: z.string().optional().describe('For record_feedback; absent where answers are not kept'),
  answer: z
    .string()
    .describe('A quote, or the words of a hosted model with [n] for the n-th citation; or that the documents do not answer'),
  abstained: z.boolean().describe('True when the evidence was too weak to answer'),
  confidence: z.number().min(0).max(1).describe('How likely the passages hold the answer; below 0.5 it abstains'),
  answered_by: z.enum(['quote', 'model']).describe("quote: sentences of the source; model: a hosted model's words, checked against them"),
  model: z.string().optional().describe('The hosted model that was asked'),
  note: z.string().optional().describe('What to know about how the answer came about, such as a model that could not be reached'),
  searched: z.string().optional().describe('The follow-up as it was completed and searched for'),
  short_answer: z.string().optional().describe('The number, date or name in the quote that the question asks for, as a guess'),
  citations: z.array(citation).describe('What the answer stands on, best first; when abstaining, the nearest that was found'),
  unsupported: z
    .array(
      z.object({
        sentence: z.string().describe('What the model wrote'),
        reason: z.enum(['uncited', 'unsupported']).describe('uncited: it named no passage; unsupported: the passages do not say this'),
      }),
    )
    .describe('Sentences of the model that were left out of the answer'),
  cached: z.boolean().describe('True when this was answered before and nothing it rests on has changed since'),
})

export const askDocumentsTool = defineTool({
  name: 'ask_documents',
  title: 'Ask the documents',
  description:
    'Answers a question from ingested documents, with citations to the exact place: in the words of the hosted model where one is configured, each sentence checked against its passages, else by quoting the sentence that answers it. Abstains, and says so, when the documents do not seem to answer it. Use it for questions of fact; to gather passages yourself use search_documents.',
  input,
  output,
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    {
      says: 'How many days of paid leave does an employee have?',
      input: { question: 'How many days of paid leave does an employee have?' },
    },
    {
      says: 'And is parental leave paid?',
      input: {
        question: 'And is it paid?',
        history: [{ question: 'How long is parental leave?', answer: 'Each parent may take 30 days.' }],
      },
    },
  ],
  run: async (asked, context) => {
    const { db, signal, ports } = context
    const ground = {
      ...{ db, signal, embedders: ports.embedders ?? subwordOnly, reranker: ports.reranker },
      ...(ports.generator ? { generator: ports.generator } : {}),
      ...(ports.answers ? { answers: ports.answers } : {}),
    }
    const answer = await ask(ground, requestOf(asked, context), (event) => show(event, context))
    return { content: inWords(answer), data: dataOf(answer) }
  },
})

function requestOf({ question, collection, filter, history, passages, fresh }: z.output<typeof input>, { caller }: Context): AskRequest {
  const principals = principalsOf(caller)
  return {
    question,
    workspace: caller.workspace,
    caller: caller.id,
    cache: !fresh,
    ...(collection === undefined ? {} : { collections: typeof collection === 'string' ? [collection] : collection }),
    ...(filter === undefined ? {} : { filter }),
    ...(history === undefined ? {} : { history }),
    ...(passages === undefined ? {} : { passages }),
    ...(principals === undefined ? {} : { principals }),
  }
}

/** Stages as progress for everyone, pieces for surfaces that stream. */
function show(event: AnswerEvent, { progress, emit }: Context): void {
  if (event.type === 'answer') return
  const { type, ...data } = event
  if (event.type === 'searching') progress({ message: `Searching for: ${event.question}` })
  if (event.type === 'passages') progress({ message: `Found ${event.passages.length} passages` })
  emit({ type, data })
}

function inWords({ answer, abstained, citations, note, by }: Answer): string {
  const sources = citations.map(({ document, start, end, page }, at) => {
    const place = page === undefined ? `${start}–${end}` : `page ${page}`
    return by === 'model' ? `[${at + 1}] ${document}, ${place}` : `${document}, ${place}`
  })
  const shown = abstained ? [] : by === 'model' ? sources : sources.slice(0, 1)
  return [`${answer}${shown.length > 0 ? ` [${shown.join('; ')}]` : ''}`, ...(note === undefined ? [] : [note])].join('\n')
}

function dataOf(given: Answer): z.input<typeof output> {
  const { id, answer, abstained, confidence, by, model, note, searched, shortAnswer, citations, unsupported, cached } = given
  return {
    ...(id === undefined ? {} : { answer_id: id }),
    ...{ answer, abstained, confidence, answered_by: by, cached },
    ...(model === undefined ? {} : { model }),
    ...(note === undefined ? {} : { note }),
    ...(searched === undefined ? {} : { searched }),
    ...(shortAnswer === undefined ? {} : { short_answer: shortAnswer }),
    citations: citations.map(({ passageStart, passageEnd, ...citation }) => ({
      ...citation,
      passage_start: passageStart,
      passage_end: passageEnd,
    })),
    unsupported: unsupported.map((each) => ({ ...each })),
  }
}
