/**
 * The tasks extension (io.modelcontextprotocol/tasks, SEP-2663): `tasks/get`, `tasks/update`, `tasks/cancel`.
 * A task is a durable run, so it outlives connections, sessions and restarts, and every process on the database can answer for it.
 */
import {
  inputResponse,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Run } from '../platform/runs/runs.ts'
import { approvalKey } from './approval-link.ts'
import { canFollowTasks, tasksExtension } from './capabilities.ts'
import { ownRun } from './own-run.ts'
import type { Surface } from './surface.ts'
import { questionsOf } from './task-questions.ts'
import { detailedTask } from './task-view.ts'

const named = z.looseObject({ taskId: z.string().describe('Id of the task.') })

/** For 2026-07-28 only: the tasks of 2025-11-25 were an experiment under the same names. */
export function addTasks(server: Server, surfaceOf: (context: ServerContext) => Surface): void {
  server.setRequestHandler('tasks/get', { params: named }, async ({ taskId }, context) => {
    const surface = surfaceOf(context)
    const run = await requireTask(surface, context, taskId)
    return { ...detailedTask(run, { questions: questionsOf(surface, run), untrusted: isUntrusted(surface, run) }) }
  })
  server.setRequestHandler('tasks/update', { params: named }, async ({ taskId }, context) => {
    const surface = surfaceOf(context)
    const run = await requireTask(surface, context, taskId)
    await hear(surface, run, context.mcpReq.inputResponses ?? {})
    return {}
  })
  server.setRequestHandler('tasks/cancel', { params: named }, async ({ taskId }, context) => {
    const surface = surfaceOf(context)
    const run = await requireTask(surface, context, taskId)
    await surface.waist.platform.runs.cancel(run.id, run.workspace)
    return {}
  })
}

async function requireTask(surface: Surface, context: ServerContext, taskId: string): Promise<Run> {
  if (!canFollowTasks(context))
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [tasksExtension]: {} } } })
  const run = await ownRun(surface, taskId)
  if (run) return run
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no task '${taskId.slice(0, 80)}'.`)
}

/** That the page was opened says nothing; that it will not be opened takes the call back. The decision is read from the approvals. */
async function hear({ waist, profile }: Surface, run: Run, responses: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = inputResponse({ ...responses }, approvalKey)
  if (run.state === 'waiting' && answer.kind === 'elicit' && answer.action !== 'accept')
    await waist.platform.runs.cancel(run.id, run.workspace)
  profile?.questions.answer(run.id, responses)
}

function isUntrusted({ waist }: Surface, run: Run): boolean {
  // A tool that has gone says nothing of its results, so they are not trusted.
  return waist.catalogue.list().find(({ name }) => name === run.tool)?.untrusted ?? true
}
