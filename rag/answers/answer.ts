/** What is asked of the documents and what comes back, whether quotes answer or a hosted model does. */
import type { Filter } from '../search/filter.ts'
import type { Hit, SearchGround } from '../search/search.ts'
import type { Evidence } from './confidence.ts'
import type { Generator } from './generator.ts'
import type { AnswerStore } from './store.ts'

export interface AskGround extends SearchGround {
  /** Absent: answers are quotes. */
  readonly generator?: Generator
  /** Absent: answers are neither kept nor looked up. */
  readonly answers?: AnswerStore
}

/** An earlier turn of the conversation. */
export interface Turn {
  readonly question: string
  readonly answer: string
}

export interface AskRequest {
  readonly workspace: string
  readonly question: string
  /** Absent: all collections of the workspace. */
  readonly collections?: readonly string[]
  readonly filter?: Filter
  /** What the caller may read; absent: everything. */
  readonly principals?: readonly string[]
  /** Earlier turns, oldest first: a follow-up question is completed from them. */
  readonly history?: readonly Turn[]
  /** Most passages to cite, 1 to 10. Default 3. */
  readonly passages?: number
  /** Who asks, for the kept answer. Default 'internal'. */
  readonly caller?: string
  /** False: always answered anew, though still kept. Default true. */
  readonly cache?: boolean
}

/** One passage that an answer stands on, with its sentence that says it best. */
export interface Citation {
  readonly collection: string
  /** The document's own id. */
  readonly document: string
  /** Number of the passage in its document, from 0. */
  readonly chunk: number
  readonly title: string
  /** Exactly [start, end) of the source, in UTF-16 units. */
  readonly quote: string
  readonly start: number
  readonly end: number
  /** Page on which the passage begins, from 1, where the source has pages. */
  readonly page?: number
  /** The whole passage the quote stands in, and its place in the source. */
  readonly passage: string
  readonly passageStart: number
  readonly passageEnd: number
}

/** A sentence that the model wrote and the passages do not bear out: it was left out of the answer. */
export interface Unsupported {
  readonly sentence: string
  /** 'uncited': it named no passage; 'unsupported': none of the passages it named says this. */
  readonly reason: 'uncited' | 'unsupported'
}

/** 'quote': sentences of the source; 'model': a hosted model's words, each checked against the passages it cites. */
export type AnsweredBy = 'quote' | 'model'

export interface Answer {
  /** For feedback; absent where answers are not kept. */
  readonly id?: string
  readonly answer: string
  readonly abstained: boolean
  /** 0 to 1: how likely the passages hold the answer. */
  readonly confidence: number
  /** What the confidence rests on; absent when nothing was found. */
  readonly evidence?: Evidence
  readonly by: AnsweredBy
  /** The hosted model that was asked, whether or not its answer stood. */
  readonly model?: string
  /** What a reader should know about how the answer came about, such as a model that could not be reached. */
  readonly note?: string
  /** The question that was searched for, where it is not the one asked: a follow-up, completed. */
  readonly searched?: string
  /** The number, date or name asked for, where the question asks for one and the quote holds one. */
  readonly shortAnswer?: string
  /** What the answer stands on, best first; `[1]` in a model's answer is the first. When abstaining, the nearest there was. */
  readonly citations: readonly Citation[]
  readonly unsupported: readonly Unsupported[]
  /** True when the same was answered before and nothing it rests on has changed since. */
  readonly cached: boolean
}

/**
 * What happens while an answer is made, in this order; `text` any number of times, never when abstaining, and `answer` exactly
 * once, last. A kept answer comes without `searching` and `passages`.
 */
export type AnswerEvent =
  /** A follow-up was completed; this is what is searched for. */
  | { readonly type: 'searching'; readonly question: string }
  /** The passages that were found, best first. */
  | { readonly type: 'passages'; readonly passages: readonly FoundPassage[]; readonly confidence: number }
  /** A piece of the answer that has been checked already: pieces are never taken back. Joined, they are the answer. */
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'answer'; readonly answer: Answer }

export type FoundPassage = Pick<Hit, 'collection' | 'document' | 'chunk' | 'title' | 'text' | 'start' | 'end' | 'score'> & {
  readonly page?: number
}

/** Told of each event as it happens. */
export type OnAnswerEvent = (event: AnswerEvent) => void
