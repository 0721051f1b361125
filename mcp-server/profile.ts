/** What an opt-in profile adds to the server; it is listed, called, read and completed by the code that serves our own. */
import type { CallToolResult, InputRequest, InputRequiredResult, Tool as McpTool, ServerContext } from '@modelcontextprotocol/server'
import type { Changes } from './changes.ts'
import type { PromptJob } from './prompt.ts'
import type { ResourceKind } from './resource-kind.ts'
import type { CreatedTask } from './task-view.ts'

/** What a profile is made from, when the server starts. */
export interface ProfileParts {
  readonly changes: Changes
}

export interface Profile {
  /** Tools that speak with the client themselves; those that do not are in the catalogue. */
  readonly tools: readonly DirectTool[]
  /** Tools of the catalogue that are served to clients with tasks only. */
  readonly taskOnly: ReadonlySet<string>
  readonly resources: readonly ResourceKind[]
  readonly prompts: readonly PromptJob[]
  /** What its durable tools ask their client while they run. */
  readonly questions: TaskQuestions
  /** Input schemas of tools with parameters that must be repeated in headers (SEP-2243). */
  readonly headerSchemas: ReadonlyMap<string, Record<string, unknown>>
  /** Opens a request state that one of its tools sealed; throws for one that was altered. */
  openState(state: string, context: ServerContext): Promise<unknown>
}

export interface DirectTool {
  readonly listing: McpTool
  call(call: DirectCall): Promise<CallToolResult | InputRequiredResult | CreatedTask>
}

export interface DirectCall {
  readonly args: Readonly<Record<string, unknown>>
  readonly context: ServerContext
  /** Calls a tool of the catalogue as if the client had. */
  readonly callTool: (name: string, args: Readonly<Record<string, unknown>>) => Promise<CallToolResult | InputRequiredResult | CreatedTask>
}

/** Questions of running tasks, by the run's id and a key of the question. */
export interface TaskQuestions {
  pending(run: string): Readonly<Record<string, InputRequest>>
  /** Keys that are not asked are ignored. */
  answer(run: string, responses: Readonly<Record<string, unknown>>): void
}
