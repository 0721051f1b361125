/** The events of one turn: pushed by whoever does the work, read by one consumer, in the order they were pushed. */
import { BaseCallbackHandler, type HandleLLMNewTokenCallbackFields, type NewTokenIndices } from '@langchain/core/callbacks/base'
import { AIMessage, AIMessageChunk } from '@langchain/core/messages'
import type { LLMResult } from '@langchain/core/outputs'
import { z } from 'zod'
import type { ChatEvent } from './chat.ts'

export interface TurnEvents {
  push(event: ChatEvent): void
  /** No more will come. */
  end(): void
  read(): AsyncIterable<ChatEvent>
}

export function createTurnEvents(): TurnEvents {
  const waiting: ChatEvent[] = []
  let ended = false
  let wake = Promise.withResolvers<void>()
  return {
    push: (event) => {
      waiting.push(event)
      wake.resolve()
    },
    end: () => {
      ended = true
      wake.resolve()
    },
    async *read() {
      for (;;) {
        while (waiting.length > 0) {
          const next = waiting.shift()
          if (next) yield next
        }
        if (ended) return
        await wake.promise
        wake = Promise.withResolvers<void>()
      }
    },
  }
}

/** Marks an answer of the offline planner that is a question with a form: it is told as `clarify`, not as text. */
const question = z.object({ millrace: z.object({ type: z.literal('clarify') }) })

const isQuestion = (metadata: unknown): boolean => question.safeParse(metadata).success

interface OpenCall {
  readonly id: string
  readonly name: string
  pieces: number
}

/** Turns a model's tokens into events before the model's turn ends, so that a call is told before it runs. */
export class TokenEvents extends BaseCallbackHandler {
  override readonly name = 'millrace-tokens'
  override awaitHandlers = true
  /** Asks LangChain to stream although the answer is awaited whole. */
  readonly lc_prefer_streaming = true
  readonly #push: TurnEvents['push']
  #calls = new Map<number, OpenCall>()
  #spoke = false
  #quiet = false

  constructor(push: TurnEvents['push']) {
    super({ raiseError: false })
    this.#push = push
  }

  override handleChatModelStart(): void {
    this.#calls = new Map()
    this.#spoke = false
    this.#quiet = false
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
    if (!AIMessageChunk.isInstance(message)) return
    if (isQuestion(message.response_metadata)) this.#quiet = true
    if (message.text !== '' && !this.#quiet) this.#say(message.id ?? run, message.text)
    for (const piece of message.tool_call_chunks ?? []) this.#callPiece(piece)
  }

  /** What did not come in pieces is told whole. */
  override handleLLMEnd(output: LLMResult, run: string): void {
    const generation = output.generations[0]?.[0]
    const message = generation && 'message' in generation ? generation.message : undefined
    if (!AIMessage.isInstance(message) && !AIMessageChunk.isInstance(message)) return
    if (!this.#spoke && !this.#quiet && message.text !== '' && !isQuestion(message.response_metadata))
      this.#say(message.id ?? run, message.text)
    for (const [at, call] of (message.tool_calls ?? []).entries()) {
      const id = call.id ?? `${run}-${at}`
      const open = [...this.#calls.values()].find((one) => one.id === id)
      if (!open) this.#push({ type: 'call', call: id, tool: call.name })
      if (!open || open.pieces === 0) this.#push({ type: 'arguments', call: id, delta: JSON.stringify(call.args) })
      this.#push({ type: 'called', call: id })
    }
  }

  #say(message: string, delta: string): void {
    this.#spoke = true
    this.#push({ type: 'text', message, delta })
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
    if (id !== undefined && name !== undefined && !this.#calls.has(index)) {
      this.#calls.set(index, { id, name, pieces: 0 })
      this.#push({ type: 'call', call: id, tool: name })
    }
    const open = this.#calls.get(index)
    if (!open || args === undefined || args === '') return
    open.pieces += 1
    this.#push({ type: 'arguments', call: open.id, delta: args })
  }
}
