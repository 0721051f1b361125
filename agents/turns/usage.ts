/** What an answer cost, kept with it: the library types its own field as absent. */
import type { BaseMessage } from '@langchain/core/messages'
import { z } from 'zod'
import type { Usage } from '../chat.ts'

const told = z.object({ usage_metadata: z.object({ input_tokens: z.number(), output_tokens: z.number() }) })
const kept = z.object({ millrace: z.object({ usage: z.object({ input: z.number(), output: z.number() }) }) })

/** As the server counted; undefined where it did not. */
export function usageTold(answer: BaseMessage): Usage | undefined {
  const counted = told.safeParse(answer).data?.usage_metadata
  return counted && counted.input_tokens + counted.output_tokens > 0
    ? { input: counted.input_tokens, output: counted.output_tokens }
    : undefined
}

/** As the conversation keeps it. */
export const usageKept = (answer: BaseMessage): Usage =>
  kept.safeParse(answer.response_metadata).data?.millrace.usage ?? { input: 0, output: 0 }
