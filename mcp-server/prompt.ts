/** A prompt: a job as words for a model, with arguments that a person fills in and can complete from the workspace's names. */
import type { GetPromptResult, InputRequiredResult, ServerContext } from '@modelcontextprotocol/server'
import type { NameSource } from './names.ts'

export interface PromptJob {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: readonly PromptArgument[]
  /** Tools that the job needs: offered to callers of all of them only. */
  readonly through: readonly string[]
  render(args: Readonly<Record<string, string>>, context: ServerContext): GetPromptResult | InputRequiredResult
}

export interface PromptArgument {
  readonly name: string
  readonly description: string
  readonly required: boolean
  /** Where its values come from. */
  readonly from?: NameSource
}
