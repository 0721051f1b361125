/**
 * A model's tokens as events, before its turn ends, so that a call is told before it runs. Ids are ours: a server may give
 * the same id twice, and a conversation must not.
 */
import { BaseCallbackHandler, type HandleLLMNewTokenCallbackFields, type NewTokenIndices } from '@langchain/core/callbacks/base'
import { AIMessage, AIMessageChunk, BaseMessage } from '@langchain/core/messages'
import type { LLMResult } from '@langchain/core/outputs'
import { z } from 'zod'
import type { ChatEvent } from '../chat.ts'
import { Filling } from '../hosted/masked.ts'
import { type KeptCall, plannedIn } from '../turn-plan.ts'

/** Marks an answer of the offline planner that is a question with a form: it is told as `clarify`, not as text. */
const question = z.object({ millrace: z.object({ type: z.literal('clarify') }) })

const reason = z.object({ finish_reason: z.string() })

const isQuestion = (metadata: unknown): boolean => question.safeParse(metadata).success

/** A call of the answer that is being heard, told under `id`; the server's own name for it is `given`. */
export interface HeardCall {
  readonly id: string
  readonly given: string
  readonly name: string
  readonly index: number
  /** The arguments as they came. */
  json: string
  told: boolean
  readonly filling: Filling
}

export interface Hearing {
  push(event: ChatEvent): void
  newId(prefix: string): string
  /** A plan came with the first words of the answer. */
  planned(calls: readonly KeptCall[]): void
}

/** Such runs of a model belong to no answer. */
export const unheard = 'millrace:unheard'

const same = (text: string): string => text

export class TokenEvents extends BaseCallbackHandler {
  override readonly name = 'millrace-tokens'
  override awaitHandlers = true
  /** Asks LangChain to stream although the answer is awaited whole. */
  readonly lc_prefer_streaming = true
  readonly #hearing: Hearing
  readonly #deaf = new Set<string>()
  /** Ids of calls that the conversation has already. */
  #taken = new Set<string>()
  #restore = same
  #message = ''
  #calls: HeardCall[] = []
  #text = new Filling(same)
  #thought = false
  #spoke = false
  #quiet = false
  #end: string | undefined

  constructor(hearing: Hearing) {
    super({ raiseError: false })
    this.#hearing = hearing
  }

  /** Before a model is asked: which ids are taken, and how placeholders in its answer are filled in. */
  expect(taken: Iterable<string>, restore: (text: string) => string = same): void {
    this.#taken = new Set(taken)
    this.#restore = restore
    this.#begin()
  }

  /** The id under which the answer was told. */
  get message(): string {
    return this.#message
  }

  /** Why the answer ended, where its server said so. */
  get end(): string | undefined {
    return this.#end
  }

  /** The calls of the answer, as they were told. */
  get calls(): readonly HeardCall[] {
    return this.#calls
  }

  /** The answer does not count: whatever was opened is closed. */
  retract(words: string): void {
    for (const call of this.#calls) {
      this.#close(call)
      this.#hearing.push({ type: 'result', call: call.id, tool: call.name, content: words, data: null, ok: false })
    }
    this.#begin()
  }

  #begin(): void {
    this.#message = this.#hearing.newId('message')
    this.#calls = []
    this.#text = new Filling(this.#restore)
    this.#thought = false
    this.#spoke = false
    this.#quiet = false
    this.#end = undefined
  }

  override handleChatModelStart(
    _model: unknown,
    _messages: unknown,
    run: string,
    _parent?: string,
    _extra?: unknown,
    tags?: string[],
  ): void {
    if (tags?.includes(unheard)) this.#deaf.add(run)
  }

  override handleLLMNewToken(
    _token: string,
    _index: NewTokenIndices,
    run: string,
    _parent?: string,
    _tags?: string[],
    fields?: HandleLLMNewTokenCallbackFields,
  ): void {
    const chunk = fields?.chunk
    const message = chunk && 'message' in chunk ? chunk.message : undefined
    if (!AIMessageChunk.isInstance(message) || this.#deaf.has(run)) return
    this.#note(message.response_metadata)
    this.#think(message.additional_kwargs.reasoning_content)
    if (message.text !== '') this.#say(this.#text.add(message.text))
    for (const piece of message.tool_call_chunks ?? []) this.#callPiece(piece)
  }

  /** What did not come in pieces is told whole. */
  override handleLLMEnd(output: LLMResult, run: string): void {
    if (this.#deaf.delete(run)) return
    const generation = output.generations[0]?.[0]
    const message = generation && 'message' in generation ? generation.message : undefined
    this.#end = reason.safeParse({
      ...(BaseMessage.isInstance(message) ? message.response_metadata : {}),
      ...generation?.generationInfo,
    }).data?.finish_reason
    if (!AIMessage.isInstance(message) && !AIMessageChunk.isInstance(message)) return
    this.#note(message.response_metadata)
    if (!this.#thought) this.#think(message.additional_kwargs.reasoning_content)
    this.#say(this.#text.rest())
    if (!this.#spoke) this.#say(this.#restore(message.text))
    const whole = [
      ...(message.tool_calls ?? []).map(({ id = '', name, args }) => ({ id, name, json: JSON.stringify(args) })),
      ...(message.invalid_tool_calls ?? []).map(({ id = '', name = '', args = '' }) => ({ id, name, json: args })),
    ]
    for (const [at, { id, name, json }] of whole.entries()) {
      if (!this.#calls.some(({ given, name: heard }) => given === id && heard === name)) {
        const call = this.#open(id, name, this.#calls.length + at)
        this.#fill(call, json)
      }
    }
    for (const call of this.#calls) this.#close(call)
  }

  override handleLLMError(_error: unknown, run: string): void {
    this.#deaf.delete(run)
  }

  #note(metadata: unknown): void {
    if (isQuestion(metadata)) this.#quiet = true
    const planned = plannedIn(metadata)
    if (planned && !this.#thought && !this.#spoke && this.#calls.length === 0) this.#hearing.planned(planned)
  }

  #think(reasoning: unknown): void {
    if (typeof reasoning !== 'string' || reasoning === '') return
    this.#thought = true
    this.#hearing.push({ type: 'reasoning', message: this.#message, delta: this.#restore(reasoning) })
  }

  #say(delta: string): void {
    if (delta === '' || this.#quiet) return
    this.#spoke = true
    this.#hearing.push({ type: 'text', message: this.#message, delta })
  }

  #callPiece({
    index = 0,
    id,
    name,
    args,
  }: {
    readonly index?: number
    readonly id?: string
    readonly name?: string
    readonly args?: string
  }): void {
    const known = this.#calls.find((call) => call.index === index)
    const call = known ?? (name === undefined || name === '' ? undefined : this.#open(id ?? '', name, index))
    if (call && args !== undefined && args !== '') this.#fill(call, args)
  }

  #open(given: string, name: string, index: number): HeardCall {
    const id = given === '' || this.#taken.has(given) ? this.#hearing.newId('call') : given
    this.#taken.add(id)
    const call: HeardCall = { id, given, name, index, json: '', told: false, filling: new Filling(this.#restore) }
    this.#calls.push(call)
    this.#hearing.push({ type: 'call', call: id, tool: name })
    return call
  }

  #fill(call: HeardCall, json: string): void {
    call.json += json
    const delta = call.filling.add(json)
    if (delta !== '') this.#hearing.push({ type: 'arguments', call: call.id, delta })
  }

  #close(call: HeardCall): void {
    if (call.told) return
    call.told = true
    const rest = call.filling.rest()
    if (rest !== '') this.#hearing.push({ type: 'arguments', call: call.id, delta: rest })
    else if (call.json === '') this.#hearing.push({ type: 'arguments', call: call.id, delta: '{}' })
    this.#hearing.push({ type: 'called', call: call.id })
  }
}
