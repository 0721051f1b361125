/** What goes into `invoke` and what comes out: the contract every surface is a projection of. */
import type { Caller } from '../platform/caller.ts'
import type { Part, Progress, Tool } from './tool.ts'

/** Where an argument came from, shown on an approval. `untrusted`: text from documents, data or foreign tools shaped it. */
export interface Origin {
  readonly trust: 'trusted' | 'untrusted'
  /** For people: "your message", "document handbook/leave.md". */
  readonly source: string
}

export interface Request {
  readonly tool: string
  readonly input: unknown
  readonly caller: Caller
  /** The same key with the same input returns the first outcome; with another input it is a `conflict`. */
  readonly idempotencyKey?: string
  /** How long to wait for a durable run before answering `running`, in milliseconds. Default: until it ends. */
  readonly waitMs?: number
  /** Abort cancels the call, a durable run too. A surface whose client merely went away does not abort a durable run. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  /** Pieces of the result as they come, from tools that have such. */
  readonly onPart?: (part: Part) => void
  /**
   * Origin by dotted argument path; '' stands for the decision to call at all. Absent: trusted, from the caller, unless an
   * agent was given text from outside before (see platform/taints).
   */
  readonly origins?: Readonly<Record<string, Origin>>
  /** Parts an agent's conversations where a surface knows them: what was read in one does not count in another. */
  readonly session?: string
}

export type Outcome =
  | { readonly kind: 'done'; readonly content: string; readonly data: unknown; readonly untrusted: boolean; readonly run?: string }
  | { readonly kind: 'running'; readonly run: string }
  | { readonly kind: 'waiting'; readonly approval: string; readonly run: string }

/** The one path to any effect. Throws a Fault. */
export type Invoke = (request: Request) => Promise<Outcome>

/** The tools of this installation. */
export interface Catalogue {
  /** Grows whenever the list changes; what was made from the list is made anew then. */
  readonly revision: number
  list(): readonly Tool[]
  /** Accepts `train_model` and `train-model`. Throws `not_found` with the nearest names. */
  get(name: string): Tool
}

/** A catalogue that tools of foreign servers can join and leave while it is in use. */
export interface OpenCatalogue extends Catalogue {
  /** Replaces all tools of this source; an empty list removes them. Throws `conflict` for a name that another source has. */
  join(source: string, tools: readonly Tool[]): void
}
