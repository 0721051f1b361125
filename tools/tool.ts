/** A tool: the one unit of capability. Everything Millrace can do is one of these, on every surface. */
import type { z } from 'zod'
import type { Blobs } from '../platform/blobs.ts'
import type { Caller, CallerKind, Role } from '../platform/caller.ts'
import type { Database, Queryable } from '../platform/database/database.ts'
import type { Egress } from '../platform/egress/egress.ts'
import type { Target } from '../platform/egress/target.ts'
import { Fault } from '../platform/fault.ts'
import type { Log } from '../platform/platform.ts'
import type { Origin } from './invocation.ts'
import type { Ports } from './ports.ts'

/** What a call does to the world; the policy decides by it (see policy.ts). */
export const effects = ['read', 'create', 'change', 'egress', 'delete'] as const
export type Effect = (typeof effects)[number]

/** The two halves of a result: a sentence for the reader or the model, typed data for programs and the page. */
export interface ToolResult<D> {
  readonly content: string
  readonly data: D
}

export interface Progress {
  /** 0 to 1, when it is known how much there is to do. */
  readonly fraction?: number
  readonly message: string
}

/** A piece of a result on its way, such as the next words of an answer: for surfaces that stream. The result repeats all of it. */
export interface Part {
  readonly type: string
  readonly data: unknown
}

/** Everything impure a tool may touch. Same input, same seed, same context: same result. */
export interface Context {
  readonly caller: Caller
  /** Id of this call; for a durable tool it is the run's id. */
  readonly call: string
  /** For reading. In a durable call its statements let interactive ones overtake them. */
  readonly db: Database
  readonly blobs: Blobs
  /** The one way out. What a caller named may be requested only as the call's target (see `targetOf`). */
  readonly egress: Egress
  readonly signal: AbortSignal
  readonly log: Log
  readonly ports: Ports
  /** Opens a file named by the caller: its real path, if it lies in an allowed root; else `not_allowed` or `not_found`. */
  file(path: string): Promise<string>
  progress(progress: Progress): void
  /** Shows whoever reads along a piece of the result before it is whole; nobody does in a durable or nested call. */
  emit(part: Part): void
  now(): Date
  /** Uniform in [0, 1). Seeded work uses its own generator made from the input's seed. */
  random(): number
  /** Time-ordered unique id, for example newId('run') = "run_01h…". */
  newId(prefix: string): string
  /**
   * The call's effect, once. The effect, the audit row, the idempotency record and the run's success share this
   * transaction, and a call delivered twice returns the first result instead of running it again.
   * Every tool that is not `read` returns what `commit` returns; do the slow work before it.
   */
  commit<D>(effect: (tx: Queryable) => Promise<ToolResult<D>>): Promise<ToolResult<D>>
  /** A named part of a long call, journalled: done once however often the call is delivered. Its output is JSON. */
  step<T>(name: string, effect: (tx: Queryable) => Promise<T>): Promise<T>
  /**
   * Another tool, through `invoke`, as the same caller. A step of a pipeline, a tool made of tools. `origins` where an
   * argument came from an earlier result; what shaped this call shapes those it makes anyway.
   */
  invoke(
    tool: string,
    input: unknown,
    options?: { readonly step?: string; readonly origins?: Readonly<Record<string, Origin>> },
  ): Promise<ToolResult<unknown>>
}

export interface ToolDefinition<I extends z.ZodType, O extends z.ZodType> {
  /** snake_case; the file is the same in kebab-case. */
  readonly name: string
  readonly title: string
  /** For the model that must choose: what it does, when to use it, when not, units. */
  readonly description: string
  readonly input: I
  readonly output: O
  readonly effect: Effect
  /** The effect of this very call where the input decides (a pipeline has the strongest of its steps'). */
  readonly effectOf?: (input: z.output<I>, context: Pick<Context, 'db' | 'caller' | 'ports'>) => Promise<Effect>
  /**
   * The host that this call sends a request to, where its input names one. Such a call has at least the effect `egress`,
   * and reaches no other host. Throws `invalid_input` for an address that cannot be used.
   */
  readonly targetOf?: (input: z.output<I>) => CallTarget | undefined
  /** The least role that may call it. */
  readonly role: Role
  /** Who may call it at all, approval or not; absent: whoever has the role. */
  readonly callers?: readonly CallerKind[]
  /** Runs as a durable run: queued, resumed after a crash, followed by its id. */
  readonly durable?: boolean
  /** The result carries text from documents, datasets or the web: it is untrusted for whoever reads it. */
  readonly untrusted?: boolean
  /** Fields of such a result that this platform makes itself, or that the caller gave: ids, version numbers, the name of what was made. */
  readonly minted?: readonly string[]
  /** Its input or result may hold what not everybody in the workspace may read: shown to its caller and to administrators only. */
  readonly confidential?: boolean
  /** Shown in the docs and run as tests against the sample workspace. */
  readonly examples: readonly Example<z.input<I>>[]
  /** A tool of another server that joined: its words are that server's. */
  readonly foreign?: Foreign
  readonly run: (input: z.output<I>, context: Context) => Promise<ToolResult<z.input<O>>>
}

/** Where a tool comes from that is not ours. */
export interface Foreign {
  /** As the operator's file calls it. */
  readonly server: string
  /** The operator vouches for the words of this server; else they are untrusted text like any other from outside. */
  readonly trustedWords: boolean
  /** JSON Schema of the input as the server lists it, cleaned of hidden characters; surfaces show it instead of ours. */
  readonly input: Readonly<Record<string, unknown>>
}

export type CallTarget = Pick<Target, 'host' | 'port'>

export interface Example<I> {
  /** What a person would say. */
  readonly says: string
  readonly input: I
}

/** A call whose input has been parsed; the types stay inside, so no surface needs to know them. */
export interface BoundCall {
  /** The parsed input, defaults filled in. */
  readonly input: unknown
  readonly target: CallTarget | undefined
  effect(context: Pick<Context, 'db' | 'caller' | 'ports'>): Promise<Effect>
  run(context: Context): Promise<ToolResult<unknown>>
}

/** A tool with its types erased: how the catalogue and the surfaces hold it. */
export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: z.ZodType
  readonly output: z.ZodType
  readonly effect: Effect
  /** A call may have another effect than `effect`, decided by its input. */
  readonly effectVaries: boolean
  readonly role: Role
  readonly callers: readonly CallerKind[] | undefined
  readonly durable: boolean
  readonly untrusted: boolean
  readonly minted: readonly string[]
  readonly confidential: boolean
  readonly examples: readonly Example<unknown>[]
  /** Absent: a tool of our own. */
  readonly foreign?: Foreign
  /** Parses `input`; throws `invalid_input` naming every field that is wrong. */
  bind(input: unknown): BoundCall
}

/** Checks the definition's words and erases its types. Throws on a name or description that surfaces could not use. */
export function defineTool<I extends z.ZodType, O extends z.ZodType>(definition: ToolDefinition<I, O>): Tool {
  const { name, title, description, input, output, effect, role, examples } = definition
  // Two underscores part a foreign server's name from its tool's.
  if (!/^[a-z][a-z0-9]*(__?[a-z0-9]+)*$/.test(name)) throw new Error(`Tool name '${name}' is not snake_case.`)
  if (description.length < 40) throw new Error(`Tool '${name}' needs a description a model can choose by (40 characters or more).`)
  return {
    name,
    title,
    description,
    input,
    output,
    effect,
    effectVaries: definition.effectOf !== undefined || definition.targetOf !== undefined,
    role,
    examples,
    callers: definition.callers,
    durable: definition.durable ?? false,
    untrusted: definition.untrusted ?? false,
    minted: definition.minted ?? [],
    confidential: definition.confidential ?? false,
    ...(definition.foreign ? { foreign: definition.foreign } : {}),
    bind: (raw) => {
      const parsed = input.safeParse(raw ?? {})
      if (!parsed.success) throw invalidInput(name, raw, parsed.error)
      const target = definition.targetOf?.(parsed.data)
      return {
        input: parsed.data,
        target,
        effect: async (context) => {
          const own = (await definition.effectOf?.(parsed.data, context)) ?? effect
          return target === undefined ? own : strongerOf(own, 'egress')
        },
        run: (context) => definition.run(parsed.data, context),
      }
    },
  }
}

const strongerOf = (one: Effect, other: Effect): Effect => (effects.indexOf(one) > effects.indexOf(other) ? one : other)

function invalidInput(tool: string, raw: unknown, error: z.ZodError): Fault {
  const errors = error.issues.map((issue) => ({ path: issue.path.join('.'), message: sentence(issue, raw) }))
  const words = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  return new Fault('invalid_input', `${tool} cannot run with this input. ${words}`, { errors })
}

function sentence(issue: z.core.$ZodIssue, raw: unknown): string {
  if (issue.code === 'unrecognized_keys')
    return `unknown field ${issue.keys.map((key) => `'${key}'`).join(', ')}; remove it or check its spelling`
  const found = at(raw, issue.path)
  const wanted = issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.message
  return found === undefined ? `missing; ${wanted}` : `${wanted} (found ${brief(found)})`
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, key) : undefined), value)
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
