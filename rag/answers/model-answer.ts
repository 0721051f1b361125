/** Answers in a hosted model's words, each sentence checked against the passages before anybody sees it. */
import { Fault } from '../../platform/fault.ts'
import type { Hit } from '../search/search.ts'
import { draftSentences } from './draft.ts'
import type { Findings } from './findings.ts'
import type { Generator } from './generator.ts'
import { groundedPrompt, saysNoAnswer } from './prompt.ts'
import { abstain, answerByQuote } from './quote.ts'
import type { Given } from './store.ts'
import { openVerifier, type Verifier } from './verify.ts'

/** Passages a model reads when the caller does not say. */
const passagesRead = 6

export interface ModelGround {
  readonly generator: Generator
  readonly signal: AbortSignal
  /** Told each sentence that stands, as soon as it does. */
  readonly onText: (text: string) => void
}

export interface ModelQuestion {
  readonly question: string
  readonly findings: Findings
  /** Most passages read, and cited where it answers by quotes instead. */
  readonly passages: number | undefined
}

/** Falls back to quotes, and says so, when the model cannot be reached. Throws what else goes wrong, and the signal's reason. */
export async function answerByModel(ground: ModelGround, asked: ModelQuestion): Promise<Given | undefined> {
  const { question, findings, passages = passagesRead } = asked
  const hits = mostTelling(findings, passages)
  const verifier = openVerifier(hits)
  const written: string[] = []
  let refused = false
  let broken: Fault | undefined
  try {
    const pieces = ground.generator.generate(groundedPrompt(question, hits), ground.signal)
    for await (const draft of draftSentences(pieces)) {
      refused ||= saysNoAnswer(draft.text)
      const sentence = refused ? undefined : verifier.check(draft)
      if (sentence === undefined) continue
      const text = written.length === 0 ? sentence.trimStart() : sentence
      written.push(text)
      ground.onText(text)
    }
  } catch (error) {
    ground.signal.throwIfAborted()
    if (!(error instanceof Fault) || error.code !== 'unavailable') throw error
    broken = error
  }
  ground.signal.throwIfAborted()
  if (written.length > 0) return spoken(ground, asked, { answer: written.join(''), verifier, broken })
  if (broken) return quoted(ground, asked, broken)
  const note = refused
    ? 'The model found no answer in the passages.'
    : 'Nothing that the model wrote could be confirmed by the passages, so it is not shown.'
  return { ...abstain(findings, passages), by: 'model', model: ground.generator.name, note, unsupported: verifier.unsupported() }
}

/** Those of the best sentences first: a good sentence can stand in a passage that ranks low. */
function mostTelling({ sentences, hits }: Findings, most: number): readonly Hit[] {
  return [...new Set([...sentences.map(({ hit }) => hit), ...hits])].slice(0, most)
}

function spoken(
  { generator }: ModelGround,
  { findings: { confidence, evidence } }: ModelQuestion,
  { answer, verifier, broken }: { readonly answer: string; readonly verifier: Verifier; readonly broken: Fault | undefined },
): Given {
  return {
    answer,
    abstained: false,
    confidence,
    by: 'model',
    model: generator.name,
    citations: verifier.citations(),
    unsupported: verifier.unsupported(),
    ...(evidence ? { evidence } : {}),
    ...(broken ? { note: `The model broke off before it was done: ${broken.message}` } : {}),
  }
}

function quoted({ generator }: ModelGround, { question, findings, passages }: ModelQuestion, fault: Fault): Given | undefined {
  const quote = answerByQuote(question, findings, passages)
  return (
    quote && { ...quote, model: generator.name, note: `Quoted from the documents, as the model could not be reached: ${fault.message}` }
  )
}
