/** What a turn may cost and has cost: counted from the answers that its conversation keeps, so a restart forgets nothing. */
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import { Fault } from '../../platform/fault.ts'
import type { Budget, Usage } from '../chat.ts'
import { currentTurn } from '../turn-plan.ts'
import { usageKept } from './usage.ts'

/** Dollars for a million tokens. */
export interface Prices {
  readonly input: number
  readonly output: number
}

export const defaultBudget: Budget = { steps: 20, tokens: 400_000, seconds: 600, usd: 5 }

/** A request may ask for less than is configured, never for more. */
export function lowered(budget: Budget, { steps, tokens, seconds, usd }: Partial<Budget> = {}): Budget {
  return {
    steps: Math.min(budget.steps, atLeast(1, steps)),
    tokens: Math.min(budget.tokens, atLeast(0, tokens)),
    seconds: Math.min(budget.seconds, atLeast(0, seconds)),
    usd: Math.min(budget.usd, atLeast(0, usd)),
  }
}

const atLeast = (least: number, value = Number.POSITIVE_INFINITY): number => (Number.isNaN(value) ? least : Math.max(least, value))

export interface Spent extends Usage {
  readonly steps: number
}

/** Of the turn that the conversation ends with. */
export function spentIn(messages: readonly BaseMessage[], prices: Prices | undefined): Spent {
  let steps = 0
  let input = 0
  let output = 0
  for (const message of currentTurn(messages)) {
    if (!AIMessage.isInstance(message)) continue
    steps += 1
    const used = usageKept(message)
    input += used.input
    output += used.output
  }
  return { steps, ...priced({ input, output }, prices) }
}

export function priced({ input, output }: Usage, prices: Prices | undefined): Usage {
  if (prices === undefined) return { input, output }
  return { input, output, usd: (input * prices.input + output * prices.output) / 1e6 }
}

/** Before a model is asked again. Throws `deadline` saying which limit was reached. */
export function requireBudget({ steps, input, output, usd }: Spent, budget: Budget): void {
  if (steps >= budget.steps) throw reached(`more than ${budget.steps} steps`, 'Ask for less at once')
  requireMoney({ input, output, ...(usd === undefined ? {} : { usd }) }, budget)
}

/** Once a model wants to go on: no call is made that the budget no longer covers the answer of. */
export function requireMoney({ input, output, usd }: Usage, budget: Budget): void {
  const tokens = input + output
  if (tokens >= budget.tokens) throw reached(`${tokens} tokens of the ${budget.tokens} that it may`, 'Ask for less at once, or allow more')
  if (usd !== undefined && usd >= budget.usd && budget.usd >= 0 && usd > 0)
    throw reached(`$${usd.toFixed(4)} of the $${budget.usd} that it may`, 'Ask for less at once, or allow more')
}

export const tooLong = (seconds: number): Fault => reached(`longer than ${Math.round(seconds)} s`, 'Ask for less at once')

const reached = (what: string, next: string): Fault => new Fault('deadline', `The answer took ${what} and was stopped. ${next}.`)
