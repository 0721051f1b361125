/** The part of the OpenAPI document that does not depend on the tools: runs, approvals, chat, sessions, status. */
import { runStates } from '../../platform/runs/runs.ts'

type Json = Readonly<Record<string, unknown>>

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
const body = (schema: Json, type = 'application/json'): Json => ({ [type]: { schema } })
const answer = (description: string, schema: Json): Json => ({ description, content: body(schema) })
const list = (name: string, item: Json): Json => ({
  type: 'object',
  required: [name],
  properties: { [name]: { type: 'array', items: item } },
})

export const problemResponse: Json = { description: 'A problem (RFC 9457).', content: body(ref('Problem'), 'application/problem+json') }

export const waitParameter: Json = {
  name: 'wait',
  in: 'query',
  description: 'Seconds to wait for a durable run before answering 202.',
  schema: { type: 'number', minimum: 0, maximum: 600, default: 60 },
}

export const idempotencyParameter: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The same key with the same input answers with the first outcome; with another input it is a conflict.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

const id = (what: string): Json => ({
  name: 'id',
  in: 'path',
  required: true,
  description: `Id of the ${what}.`,
  schema: { type: 'string' },
})
const limit: Json = {
  name: 'limit',
  in: 'query',
  description: 'At most so many.',
  schema: { type: 'integer', minimum: 1, maximum: 500, default: 100 },
}
const eventStream = (description: string): Json => ({ description, content: body({ type: 'string' }, 'text/event-stream') })

const aguiStream = (description: string): Json => ({
  description,
  content: { ...body({ type: 'string' }, 'text/event-stream'), ...body({ type: 'string' }, 'application/vnd.ag-ui.event+proto') },
})
const position: readonly Json[] = [
  {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'The number of the last event that was read; the first is 1.',
    schema: { type: 'integer', minimum: 0 },
  },
  { name: 'after', in: 'query', description: 'The same, for who cannot set headers.', schema: { type: 'integer', minimum: 0 } },
]

interface Operation {
  readonly tag: string
  readonly id: string
  readonly summary: string
  readonly ok: Json
  readonly status?: number
  readonly parameters?: readonly Json[]
  readonly input?: Json
}

function operation({ tag, id: operationId, summary, ok, status = 200, parameters, input }: Operation): Json {
  return {
    operationId,
    tags: [tag],
    summary,
    ...(parameters === undefined ? {} : { parameters }),
    ...(input === undefined ? {} : { requestBody: { required: true, content: body(input) } }),
    responses: { [status]: ok, default: problemResponse },
  }
}

export const fixedPaths: Json = {
  '/api/tools': {
    get: operation({
      tag: 'tools',
      id: 'getTools',
      summary: 'Every tool, with its schemas',
      ok: answer('The tools.', list('tools', { type: 'object' })),
    }),
  },
  '/api/runs': {
    get: operation({
      tag: 'runs',
      id: 'getRuns',
      summary: 'Runs, newest first',
      parameters: [
        { name: 'tool', in: 'query', description: 'Only runs of this tool.', schema: { type: 'string' } },
        { name: 'state', in: 'query', description: 'Only runs in this state.', schema: { enum: runStates } },
        limit,
      ],
      ok: answer('The runs.', list('runs', ref('Run'))),
    }),
  },
  '/api/runs/{id}': {
    get: operation({ tag: 'runs', id: 'getRun', summary: 'One run', parameters: [id('run')], ok: answer('The run.', ref('Run')) }),
  },
  '/api/runs/{id}/events': {
    get: operation({
      tag: 'runs',
      id: 'getRunEvents',
      summary: 'A run as it changes, until it ends',
      parameters: [id('run')],
      ok: eventStream('`run` events whose data is the run; the last one carries endedAt.'),
    }),
  },
  '/api/runs/{id}/cancel': {
    post: operation({
      tag: 'runs',
      id: 'cancelRun',
      summary: 'Stop a run',
      status: 202,
      parameters: [id('run'), idempotencyParameter],
      ok: answer('The run; a running one ends as soon as its code hears of it.', ref('Run')),
    }),
  },
  '/api/approvals': {
    get: operation({
      tag: 'approvals',
      id: 'getApprovals',
      summary: 'Approvals, newest first',
      parameters: [limit],
      ok: answer('The approvals.', list('approvals', ref('Approval'))),
    }),
  },
  '/api/approvals/{id}': {
    get: operation({
      tag: 'approvals',
      id: 'getApproval',
      summary: 'One approval',
      parameters: [id('approval')],
      ok: answer('The approval.', ref('Approval')),
    }),
    post: operation({
      tag: 'approvals',
      id: 'decideApproval',
      summary: 'Decide, as a person in a browser session or at a terminal',
      parameters: [id('approval'), idempotencyParameter],
      input: ref('Decision'),
      ok: answer('The decided approval.', ref('Approval')),
    }),
  },
  '/agui': {
    post: operation({
      tag: 'chat',
      id: 'chat',
      summary: 'One chat turn (AG-UI 1.0)',
      parameters: [idempotencyParameter, ...position],
      input: {
        type: 'object',
        description:
          'RunAgentInput. Of the messages only the newest words of the person are read, or results of calls that the client runs; its tools, state and context are data; `resume` answers interrupts. The same run asked for again is told again.',
        required: ['threadId', 'runId', 'messages'],
      },
      ok: aguiStream('AG-UI events, ended by RUN_FINISHED or RUN_ERROR.'),
    }),
  },
  '/agui/runs': {
    get: operation({
      tag: 'chat',
      id: 'getChatRuns',
      summary: 'Chat turns of the caller that go on or ended lately',
      ok: answer('The turns.', list('runs', { type: 'object' })),
    }),
  },
  '/agui/runs/{id}/events': {
    get: operation({
      tag: 'chat',
      id: 'getChatRunEvents',
      summary: 'A chat turn from where its reader was',
      parameters: [id('run'), ...position],
      ok: aguiStream('Its AG-UI events after that position, as they come, to the terminal one.'),
    }),
  },
  '/agui/runs/{id}/stop': {
    post: operation({
      tag: 'chat',
      id: 'stopChatRun',
      summary: 'Stop a chat turn',
      status: 202,
      parameters: [id('run')],
      ok: answer('The turn; it ends as soon as its code hears of it.', { type: 'object' }),
    }),
  },
  '/agui/threads/{id}/events': {
    get: operation({
      tag: 'chat',
      id: 'getThreadEvents',
      summary: 'A conversation and the turn that goes on in it',
      parameters: [id('thread')],
      ok: aguiStream('AG-UI events: the messages so far, then the turn that goes on, or what the conversation waits for.'),
    }),
  },
  '/api/threads': {
    get: operation({
      tag: 'chat',
      id: 'getThreads',
      summary: 'Conversations',
      ok: answer('The threads.', list('threads', { type: 'object' })),
    }),
  },
  '/api/threads/{id}/messages': {
    get: operation({
      tag: 'chat',
      id: 'getThreadMessages',
      summary: 'What was said',
      parameters: [id('thread')],
      ok: answer('The messages.', list('messages', { type: 'object' })),
    }),
  },
  '/api/session': {
    get: operation({ tag: 'sessions', id: 'getSession', summary: 'Who is asking', ok: answer('The caller.', { type: 'object' }) }),
    post: operation({
      tag: 'sessions',
      id: 'signIn',
      summary: 'Sign a browser in with a token',
      input: { type: 'object', required: ['token'], properties: { token: { type: 'string', description: 'A personal access token.' } } },
      ok: answer('The caller; the session comes as a cookie.', { type: 'object' }),
    }),
    delete: operation({ tag: 'sessions', id: 'signOut', summary: 'Sign the browser out', status: 204, ok: { description: 'Signed out.' } }),
  },
  '/api/tokens': {
    get: operation({
      tag: 'sessions',
      id: 'getTokens',
      summary: 'Access tokens, without their secrets',
      ok: answer('The tokens.', list('tokens', { type: 'object' })),
    }),
    post: operation({
      tag: 'sessions',
      id: 'createToken',
      summary: 'Make an access token, as an administrator in person',
      status: 201,
      input: ref('NewToken'),
      ok: answer('The token, shown this once.', { type: 'object', properties: { id: { type: 'string' }, token: { type: 'string' } } }),
    }),
  },
  '/api/tokens/{id}': {
    delete: operation({
      tag: 'sessions',
      id: 'revokeToken',
      summary: 'Revoke a token',
      status: 204,
      parameters: [id('token')],
      ok: { description: 'Revoked.' },
    }),
  },
  '/healthz': { get: operation({ tag: 'status', id: 'health', summary: 'Is the process up', ok: answer('It is.', { type: 'object' }) }) },
  '/readyz': { get: operation({ tag: 'status', id: 'ready', summary: 'Can it work', ok: answer('It can.', { type: 'object' }) }) },
  '/metrics': {
    get: operation({
      tag: 'status',
      id: 'metrics',
      summary: 'Prometheus metrics',
      ok: { description: 'Text.', content: body({ type: 'string' }, 'text/plain') },
    }),
  },
}
