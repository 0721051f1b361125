/** POST /agui: one chat turn as a stream of AG-UI events; the same run asked for again is told again, from where its reader was. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Express, Request, Response } from 'express'
import type { ChatRequest, ClientResult } from '../../agents/chat.ts'
import type { Caller } from '../../platform/caller.ts'
import { digestOf } from '../../platform/canonical.ts'
import { Fault } from '../../platform/fault.ts'
import { jsonText } from '../../platform/json-text.ts'
import { createAguiMapper } from './agui-events.ts'
import { openCalls } from './agui-messages.ts'
import type { AguiRun } from './agui-run.ts'
import { addAguiRunRoutes } from './agui-run-routes.ts'
import { type AguiRuns, createRuns, unknownRun } from './agui-runs.ts'
import { encodingOf, follow, positionOf, tell } from './agui-stream.ts'
import { beginTurn, lastWordsMs } from './agui-turn.ts'
import { decideOnce } from './approval-routes.ts'
import { contextKey } from './client-state.ts'
import { idempotencyKey, isOwnTool, queryOf, type ServerContext } from './context.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { type Answer, type RunInput, readRunInput } from './run-input.ts'
import { createTurnKeys, type TurnRecord } from './turn-keys.ts'

export function addAguiRoute(app: Express, context: ServerContext): void {
  const keys = createTurnKeys()
  const runs = createRuns(context.runLimits)

  const turn = async (req: Request, res: Response): Promise<void> => {
    const caller = await context.callers.identify(req)
    const query = queryOf(req, ['after'])
    const key = idempotencyKey(req)
    const input = await readInput(context, req)
    const encoding = encodingOf(req)
    const after = positionOf(req, query)
    const known = runs.find(caller, input.runId, input.threadId)
    // A turn that broke may be asked again under its own id; who names a position wants the one that was.
    if (known !== undefined && (after !== undefined || (known.asked === digestOf(input) && !known.broken())))
      return follow(res, known, { after: after ?? 0, encoding })
    if (after !== undefined && after > 0) throw unknownRun(input.runId)
    const begun = key === undefined ? { record: unrecorded } : keys.begin(caller, key, input)
    if ('replay' in begun) return tell(res, begun.replay, encoding)
    const { run, rest } = await startTurn(context, runs, { caller, input, record: begun.record })
    await Promise.all([rest, follow(res, run, { after: 0, encoding })])
  }

  app.route('/agui').post(turn).all(methodNotAllowed('POST'))
  addAguiRunRoutes(app, context, runs)
}

const unrecorded: TurnRecord = { add: () => undefined, end: () => undefined }

async function readInput(context: ServerContext, req: Request): Promise<RunInput> {
  const input = readRunInput(await readJson(req, context.bodyLimit), (name) => isOwnTool(context, name))
  const { message = '', results = [], state = {}, context: about = [], clientTools = [] } = input
  jsonText(message, 'The message')
  jsonText([results, state, about, clientTools], 'The input')
  return input
}

interface TurnStart {
  readonly caller: Caller
  readonly input: RunInput
  readonly record: TurnRecord
}

/** A turn that is refused before it began leaves nothing behind. */
async function startTurn(
  context: ServerContext,
  runs: AguiRuns,
  start: TurnStart,
): Promise<{ readonly run: AguiRun; readonly rest: Promise<void> }> {
  const { caller, input, record } = start
  const { threadId, runId } = input
  let run: AguiRun | undefined
  try {
    await takeOver(runs.active(caller, threadId))
    run = runs.begin(caller, { threadId, runId, asked: digestOf(input), resumes: input.message === undefined })
    await decideAll(context, caller, input.resume ?? [])
    const results = input.results === undefined ? [] : await openResults(context, caller, { threadId, results: input.results })
    const mapper = mapperOf(context, run, { input, results })
    const { rest } = await beginTurn(context, { request: requestOf(caller, input, results), run, mapper, record })
    return { run, rest }
  } catch (error) {
    record.end()
    if (run !== undefined) runs.forget(run)
    run?.end()
    throw error
  }
}

/** How often it is looked whether a listener has gone, in milliseconds, and how many times. */
const [lookMs, looks] = [50, 6]

/**
 * Who speaks again has left the turn that still goes on in this conversation: it is stopped, and its last words are waited for.
 * One that somebody listens to is not; the orchestrator then refuses a second.
 */
async function takeOver(open: AguiRun | undefined): Promise<void> {
  // A hang-up and the next request come over two connections, so the later one may be heard first.
  for (let look = 0; look < looks && open !== undefined && open.readers() > 0 && !open.ended(); look++) await sleep(lookMs)
  if (open === undefined || open.readers() > 0) return
  open.stop()
  for await (const _ of open.read(open.last(), AbortSignal.timeout(lastWordsMs + 1000)));
}

function mapperOf(
  context: ServerContext,
  run: AguiRun,
  { input, results }: { readonly input: RunInput; readonly results: readonly ClientResult[] },
) {
  const { threadId, runId, planId } = run
  const { state = {}, context: about } = input
  return createAguiMapper({
    threadId,
    runId,
    planId,
    state,
    hidden: about === undefined ? [] : [contextKey],
    answered: results.map(({ call }) => call),
    ...(context.budget === undefined ? {} : { budget: context.budget }),
  })
}

function requestOf(caller: Caller, input: RunInput, results: readonly ClientResult[]): Omit<ChatRequest, 'signal'> {
  const { threadId, message, clientTools, state, context } = input
  const said = message === undefined ? { resume: true, ...(results.length === 0 ? {} : { results }) } : { message }
  const shared = context === undefined ? state : { ...state, [contextKey]: context }
  return {
    thread: threadId,
    caller,
    ...said,
    ...(clientTools === undefined ? {} : { clientTools }),
    ...(shared === undefined ? {} : { state: shared }),
  }
}

/** A person's decisions that came with the resume, made before the turn goes on. */
async function decideAll(context: ServerContext, caller: Caller, answers: readonly Answer[]): Promise<void> {
  for (const { approval, decision } of answers) if (decision !== undefined) await decideOnce(context, { id: approval, decision, caller })
}

/**
 * Of what a client says its tools gave, that which answers a call still open to it: the rest is its copy of the history, or
 * forged. A call of this server's own tools is never open to it.
 */
async function openResults(
  context: ServerContext,
  caller: Caller,
  { threadId, results }: { readonly threadId: string; readonly results: readonly ClientResult[] },
): Promise<readonly ClientResult[]> {
  const history = await context.orchestrator.history(threadId, caller)
  const open = new Set(openCalls(history).flatMap(({ id, tool }) => (isOwnTool(context, tool) ? [] : id)))
  const answers = results.filter(({ call }) => open.has(call))
  if (answers.length > 0) return answers
  const named = results.map(({ call }) => `'${call.slice(0, 80)}'`).join(', ')
  throw new Fault(
    'conflict',
    `No call of this conversation waits for the result of ${named}. Send what the person said as the last message.`,
  )
}
