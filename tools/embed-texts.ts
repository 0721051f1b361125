/** Tool `embed_texts`: texts as vectors of the embedding model, for programs that keep an index of their own. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import type { Embedder, Embedders } from '../rag/embedding/embedder.ts'
import { subwordOnly } from '../rag/embedding/subword.ts'
import { defineTool } from './tool.ts'

/** As many numbers as can be checked and sent on without holding the event loop. */
const mostTexts = 256
/** About 8,000 tokens, which is what hosted models read at most. */
const longestText = 32_000
/** Letters that an embedder inside this process is given at once: a few milliseconds of work. */
const lettersAtOnce = 40_000

const input = z.strictObject({
  texts: z
    .array(z.string().min(1).max(longestText))
    .min(1)
    .max(mostTexts)
    .describe(`The texts, ${mostTexts} at most, each of ${longestText.toLocaleString('en')} characters at most`),
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      "Embedding model, by its name ('subword', 'openai:MODEL') or that without the part before the colon; absent: the configured one",
    ),
  kind: z
    .enum(['query', 'passage'])
    .default('passage')
    .describe('Models that tell questions from passages are told which these are; others ignore it'),
})

export const embedTextsTool = defineTool({
  name: 'embed_texts',
  title: 'Embed texts',
  description:
    'Turns texts into vectors of the embedding model: numbers of length 1 whose dot product says how alike two texts are. Use it for an index or a comparison outside Millrace; to find passages in ingested documents use search_documents, which needs no vectors.',
  input,
  output: z.object({
    model: z.string().describe('The embedding model that made them; vectors of different models cannot be compared'),
    dimensions: z.int().min(1).describe('Numbers in each vector'),
    vectors: z.array(z.array(z.number())).describe('One of length 1 for each text, in order; zeros for a text without words'),
  }),
  effect: 'read',
  role: 'viewer',
  examples: [{ says: "Embed 'parental leave' and 'holiday'", input: { texts: ['parental leave', 'holiday'] } }],
  run: async ({ texts, model, kind }, { ports, signal }) => {
    const embedder = await embedderFor(ports.embedders ?? subwordOnly, model)
    const vectors: number[][] = []
    for (const group of groupsOf(texts, embedder)) {
      for (const vector of await embedder.embed(group, signal, kind)) vectors.push(Array.from(vector))
      await nextTurn()
    }
    const { name, dimensions } = embedder
    const content = `${vectors.length} vector${vectors.length === 1 ? '' : 's'} of ${dimensions} numbers by '${name}'.`
    return { content, data: { model: name, dimensions, vectors } }
  },
})

/** Throws `not_found` naming what there is. */
async function embedderFor(embedders: Embedders, model: string | undefined): Promise<Embedder> {
  const preferred = await embedders.preferred()
  if (model === undefined || model === preferred.name || preferred.name.endsWith(`:${model}`)) return preferred
  const found = await embedders.find(model)
  if (found) return found
  throw new Fault('not_found', `There is no embedding model '${model.slice(0, 80)}' here. The configured one is '${preferred.name}'.`)
}

/** An embedder without a model works on this thread, so it gets short lists; the others cut theirs themselves. */
function groupsOf(texts: readonly string[], { semantic }: Embedder): readonly (readonly string[])[] {
  if (semantic) return [texts]
  const groups: string[][] = []
  let letters = Number.POSITIVE_INFINITY
  for (const text of texts) {
    letters += text.length
    if (letters > lettersAtOnce) {
      groups.push([])
      letters = text.length
    }
    groups.at(-1)?.push(text)
  }
  return groups
}
