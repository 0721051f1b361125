/** A model's text as it comes in, cut into sentences with the passages each one cites. Only plain text gets through. */
import { sentencesOf } from '../language/sentences.ts'

export interface DraftSentence {
  /** Without its citations and without markup. */
  readonly text: string
  /** The numbers it cites, as written. */
  readonly cited: readonly number[]
  /** It begins a line. */
  readonly newLine: boolean
}

/** Text beyond this is not read. */
const longest = 12_000
const numbers = String.raw`\s*[\[【]\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*[\]】]`
const marker = new RegExp(numbers, 'gu')
/** Citations after the full stop belong to the sentence that it ends. */
const afterEnd = new RegExp(`([.!?。！？।؟]["'”’»)]*)((?:${numbers})+)`, 'gu')
const beginsWithMarker = /^\s*[[【]/u
/** A citation or a link that is still being written. */
const unclosed = /[[【][^\]】]{0,40}$|\]\([^)]{0,2000}$/u

/** Each sentence as soon as it is certain where it and its citations end. */
export async function* draftSentences(pieces: AsyncIterable<string>): AsyncIterable<DraftSentence> {
  let rest = ''
  let read = 0
  let newLine = true
  for await (const piece of pieces) {
    rest += piece
    read += piece.length
    for (;;) {
      const { text, spans } = cut(rest)
      const [first, next] = spans
      if (!first || !next || unclosed.test(text) || beginsWithMarker.test(text.slice(next.start, next.end))) break
      yield { ...readDraft(text.slice(first.start, first.end)), newLine }
      newLine = text.slice(first.end, next.start).includes('\n')
      rest = text.slice(next.start)
    }
    if (read > longest) break
  }
  const { text, spans } = cut(rest.slice(0, longest))
  for (const [at, span] of spans.entries()) {
    yield { ...readDraft(text.slice(span.start, span.end)), newLine }
    newLine = text.slice(span.end, spans[at + 1]?.start ?? span.end).includes('\n')
  }
}

function cut(raw: string): { readonly text: string; readonly spans: ReturnType<typeof sentencesOf> } {
  const text = withoutLinks(raw).replaceAll(afterEnd, (_, end: string, markers: string) => `${markers}${end}`)
  return { text, spans: sentencesOf(text) }
}

function readDraft(sentence: string): Omit<DraftSentence, 'newLine'> {
  const cited = [...sentence.matchAll(marker)].flatMap(([found]) => numbersIn(found))
  return { text: plain(sentence.replaceAll(marker, '')), cited: [...new Set(cited)] }
}

/** "[1, 3–5]" cites 1, 3, 4 and 5. */
function numbersIn(found: string): readonly number[] {
  return [...found.matchAll(/(\d+)(?:\s*[–-]\s*(\d+))?/gu)].flatMap(([, from = '0', to = from]) =>
    Array.from({ length: Math.min(10, Math.max(1, Number(to) - Number(from) + 1)) }, (_, step) => Number(from) + step),
  )
}

const invisible = /[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** No markup, links, pictures or invisible letters: they could carry what no reader sees. */
export function plain(text: string): string {
  return withoutLinks(text)
    .replaceAll(invisible, ' ')
    .replaceAll(/<\/?[a-z!][^>]*>/giu, '')
    .replaceAll(/\*\*|__|`+/gu, '')
    .replace(/^\s*(?:#{1,6}|[-*•])\s+/u, '')
    .replaceAll(/\s+/gu, ' ')
    .trim()
}

/** The words of links stay, pictures go. */
function withoutLinks(text: string): string {
  return text.replaceAll(/!\[[^\]]*\]\([^)]*\)/gu, '').replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, '$1')
}
