/** A durable run as a task of the tasks extension (SEP-2663): the run's id is the task's, its state the status. */
import type { InputRequest, InputRequests, JSONObject } from '@modelcontextprotocol/server'
import type { Run, RunState } from '../platform/runs/runs.ts'
import { runFault } from '../tools/run-fault.ts'
import { endedResult } from './call-result.ts'

export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled'

export interface TaskView {
  readonly [key: string]: unknown
  readonly taskId: string
  readonly status: TaskStatus
  readonly statusMessage?: string
  /** ISO 8601. */
  readonly createdAt: string
  readonly lastUpdatedAt: string
  /** Null: kept as long as its run. */
  readonly ttlMs: null
  readonly pollIntervalMs: number
}

export interface CreatedTask extends TaskView {
  readonly resultType: 'task'
}

/** How often a client should look. */
const pollIntervalMs = 1000

export function createdTask(run: Run, questions: Readonly<Record<string, InputRequest>>): CreatedTask {
  return { resultType: 'task', ...taskOf(run, questions) }
}

/** With what the task came to, or what it waits for. */
export function detailedTask(
  run: Run,
  { questions, untrusted }: { readonly questions: Readonly<Record<string, InputRequest>>; readonly untrusted: boolean },
): TaskView {
  const task = taskOf(run, questions)
  const progress = run.progress?.fraction
  const known = { ...task, ...(progress === undefined ? {} : { _meta: { 'millrace/progress': progress } }) }
  switch (task.status) {
    case 'completed':
      return { ...known, result: endedResult(run, { untrusted }) }
    case 'failed':
      return { ...known, error: { code: -32_603, message: runFault(run).message } satisfies JSONObject }
    case 'input_required':
      return { ...known, inputRequests: questions satisfies InputRequests }
    case 'working':
    case 'cancelled':
      return known
  }
}

function taskOf(run: Run, questions: Readonly<Record<string, InputRequest>>): TaskView {
  const message = run.error?.message ?? run.progress?.message
  return {
    taskId: run.id,
    status: statusOf(run, questions),
    ...(message === undefined ? {} : { statusMessage: message }),
    createdAt: run.createdAt.toISOString(),
    lastUpdatedAt: (run.endedAt ?? run.startedAt ?? run.createdAt).toISOString(),
    ttlMs: null,
    pollIntervalMs,
  }
}

/** A tool that refused or failed has completed with an error as its result; `failed` is for our own failures. */
function statusOf({ state, error }: Run, questions: Readonly<Record<string, InputRequest>>): TaskStatus {
  if (isOpen(state)) return Object.keys(questions).length > 0 ? 'input_required' : 'working'
  if (state === 'succeeded') return 'completed'
  if (state === 'cancelled') return 'cancelled'
  return error?.code === 'internal' ? 'failed' : 'completed'
}

export const isOpen = (state: RunState): boolean => state === 'queued' || state === 'running' || state === 'waiting'
