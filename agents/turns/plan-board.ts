/** The plan of a turn as people see it: told whole whenever a step changes, and rebuilt from the conversation after a pause. */
import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages'
import { z } from 'zod'
import type { ChatEvent, PlanStep } from '../chat.ts'
import { type KeptCall, keptPlanIn } from '../turn-plan.ts'

export const writePlan = 'write_plan'

const mostSteps = 30

const writtenPlan = z.object({
  steps: z
    .array(
      z.object({
        title: z.string().max(200),
        tool: z.string().max(128).optional(),
        state: z.enum(['pending', 'running', 'done', 'skipped']).optional(),
      }),
    )
    .max(mostSteps),
})

/** For models that plan in their own words; its input is what `written` takes. */
export const writePlanSchema = {
  type: 'object',
  properties: {
    steps: {
      type: 'array',
      maxItems: mostSteps,
      description: 'All steps in order, those done already too.',
      items: {
        type: 'object',
        properties: {
          title: { type: 'string', description: 'What the step does, in a few words.' },
          tool: { type: 'string', description: 'Name of the tool that the step calls, where it calls one.' },
          state: { type: 'string', enum: ['pending', 'running', 'done', 'skipped'], description: 'Default: pending.' },
        },
        required: ['title'],
        additionalProperties: false,
      },
    },
  },
  required: ['steps'],
  additionalProperties: false,
}

type State = PlanStep['state']

export class PlanBoard {
  readonly #push: (event: ChatEvent) => void
  readonly #titleOf: (tool: string) => string
  #steps: PlanStep[] = []
  /** Which step a call works on. */
  readonly #calls = new Map<string, number>()
  #quiet = false

  constructor(push: (event: ChatEvent) => void, titleOf: (tool: string) => string) {
    this.#push = push
    this.#titleOf = titleOf
  }

  /** The offline planner's: worth showing where there are several steps. */
  planned(calls: readonly KeptCall[]): void {
    if (calls.length < 2) return
    this.#steps = calls.map(({ tool, arguments: input, condition }, at) => ({
      id: `step-${at + 1}`,
      title: this.#titleOf(tool),
      tool,
      input,
      ...(condition === undefined ? {} : { condition }),
      state: 'pending',
    }))
    this.#tell()
  }

  /** A model's own. False when it cannot be read. */
  written(input: unknown): boolean {
    const parsed = writtenPlan.safeParse(input)
    if (!parsed.success) return false
    this.#calls.clear()
    this.#steps = parsed.data.steps.map(({ title, tool, state = 'pending' }, at) => ({
      id: `step-${at + 1}`,
      title,
      ...(tool === undefined ? {} : { tool }),
      state,
    }))
    this.#tell()
    return true
  }

  /** The first open step with this tool is the one the call works on. */
  mark(call: string, tool: string, state: State): void {
    const known = this.#calls.get(call)
    const taken = new Set(this.#calls.values())
    const at = known ?? this.#steps.findIndex((step, index) => step.tool === tool && isOpen(step.state) && !taken.has(index))
    const step = this.#steps[at]
    if (!step) return
    this.#calls.set(call, at)
    if (step.state === state) return
    this.#steps[at] = { ...step, state }
    this.#tell()
  }

  /** What was not begun when the turn ended is not going to be. */
  end(): void {
    if (!this.#steps.some(({ state }) => state === 'pending')) return
    this.#steps = this.#steps.map((step) => (step.state === 'pending' ? { ...step, state: 'skipped' } : step))
    this.#tell()
  }

  /** As it stood when the turn paused, told once. */
  restore(turn: readonly BaseMessage[]): void {
    this.#quiet = true
    for (const message of turn) this.#replay(message)
    this.#quiet = false
    if (this.#steps.length > 0) this.#tell()
  }

  #replay(message: BaseMessage): void {
    if (AIMessage.isInstance(message)) {
      this.planned(keptPlanIn(message) ?? [])
      for (const { name, args } of message.tool_calls ?? []) if (name === writePlan) this.written(args)
    }
    if (ToolMessage.isInstance(message) && message.name !== undefined)
      this.mark(message.tool_call_id, message.name, message.status === 'error' ? 'failed' : 'done')
  }

  #tell(): void {
    if (!this.#quiet) this.#push({ type: 'plan', steps: [...this.#steps] })
  }
}

const isOpen = (state: State): boolean => state === 'pending' || state === 'waiting' || state === 'running'
