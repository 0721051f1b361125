/** The façades for existing clients in the OpenAPI document: OpenAI's protocol, and A2A. Their own documents say the rest. */

type Json = Readonly<Record<string, unknown>>

const text = (description: string): Json => ({ type: 'string', description })
const list = (items: Json, description: string): Json => ({ type: 'array', items, description })
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
const content = (schema: Json, type = 'application/json'): Json => ({ [type]: { schema } })
const ok = (description: string, schema: Json, type?: string): Json => ({ description, content: content(schema, type) })

const openAiProblem: Json = ok("A failure in OpenAI's form.", ref('OpenAiError'))
const rpcProblem: Json = ok('A failure of the request itself; those of a call come with 200.', { type: 'object' })

const inPath = (name: string, description: string): Json => ({ name, in: 'path', required: true, description, schema: { type: 'string' } })
const version: Json = {
  name: 'A2A-Version',
  in: 'header',
  required: true,
  description: 'The version of A2A that the client speaks.',
  schema: { const: '1.0' },
}

const chat: Json = {
  operationId: 'createChatCompletion',
  tags: ['openai'],
  summary: 'One turn of the agent, for clients of OpenAI',
  description: [
    'Stateless: the newest user message is asked, what stands before it is context; system messages are context too, not',
    'orders. `tools` are run by the client: the answer ends with `tool_calls`, and the next request brings their results.',
    'Tools of Millrace are called by the agent itself and reported under `millrace.calls`. Sampling and length settings have no',
    'effect and are named in `millrace.ignored`; n > 1, stop, logprobs, response_format and a forced tool_choice are refused.',
    'The caller counts as an agent: what a person must approve is named in the answer and under `millrace.waiting`.',
  ].join(' '),
  requestBody: {
    required: true,
    content: content({
      type: 'object',
      required: ['model', 'messages'],
      properties: {
        model: text("'millrace', or another that GET /v1/models lists."),
        messages: list({ type: 'object' }, 'system, developer, user, assistant and tool messages; of their parts only text is read.'),
        stream: { type: 'boolean' },
        stream_options: { type: 'object', properties: { include_usage: { type: 'boolean' } } },
        tools: list({ type: 'object' }, 'Functions that the client runs, 64 at most.'),
        tool_choice: { enum: ['auto', 'none'], description: "'none': the client's tools are not offered." },
      },
    }),
  },
  responses: {
    200: {
      description: 'A completion; with stream: true, chunks of one, ended by [DONE].',
      content: {
        ...content({ type: 'object', properties: { choices: list({ type: 'object' }, 'One.'), millrace: ref('MillraceAnswer') } }),
        ...content({ type: 'string' }, 'text/event-stream'),
      },
    },
    default: openAiProblem,
  },
}

const embeddings: Json = {
  operationId: 'createEmbedding',
  tags: ['openai'],
  summary: 'Texts as vectors, for clients of OpenAI',
  requestBody: {
    required: true,
    content: content({
      type: 'object',
      required: ['model', 'input'],
      properties: {
        model: text('The embedding model, as GET /v1/models names it.'),
        input: {
          description: 'A text, or up to 2,048. Tokens are refused.',
          oneOf: [{ type: 'string' }, list({ type: 'string' }, 'Texts.')],
        },
        encoding_format: { enum: ['float', 'base64'], default: 'float' },
        dimensions: { type: 'integer', description: "The model's own, or absent." },
      },
    }),
  },
  responses: { 200: ok('The vectors; usage is an estimate, four characters a token.', { type: 'object' }), default: openAiProblem },
}

const modelPaths: Json = {
  '/v1/models': {
    get: {
      operationId: 'listModels',
      tags: ['openai'],
      summary: 'The agent and the embedding models',
      responses: { 200: ok('The models.', { type: 'object' }), default: openAiProblem },
    },
  },
  '/v1/models/{id}': {
    get: {
      operationId: 'getModel',
      tags: ['openai'],
      summary: 'One of them',
      parameters: [inPath('id', 'Its name.')],
      responses: { 200: ok('The model.', { type: 'object' }), default: openAiProblem },
    },
  },
}

const a2aPaths: Json = {
  '/.well-known/agent-card.json': {
    get: {
      operationId: 'getAgentCard',
      tags: ['a2a'],
      summary: 'The signed agent card',
      security: [],
      responses: { 200: ok('The card.', { type: 'object' }) },
    },
  },
  '/.well-known/jwks.json': {
    get: {
      operationId: 'getAgentCardKeys',
      tags: ['a2a'],
      summary: 'The keys that its signature is checked with',
      security: [],
      responses: { 200: ok('A JSON Web Key Set.', { type: 'object' }) },
    },
  },
  '/a2a': {
    post: {
      operationId: 'a2a',
      tags: ['a2a'],
      summary: 'A2A 1.0 over JSON-RPC',
      description:
        'SendMessage, SendStreamingMessage, GetTask, ListTasks, CancelTask, SubscribeToTask and the push notification configs. The HTTP+JSON binding stands below the same address: /a2a/message:send, /a2a/message:stream, /a2a/tasks and so on.',
      parameters: [version],
      requestBody: { required: true, content: content({ type: 'object', required: ['jsonrpc', 'method'] }) },
      responses: {
        200: {
          description: 'The answer, or a stream of them.',
          content: { ...content({ type: 'object' }), ...content({ type: 'string' }, 'text/event-stream') },
        },
        default: rpcProblem,
      },
    },
  },
}

export const facadeTags: readonly Json[] = [
  { name: 'openai', description: "OpenAI's protocol: chat completions and embeddings." },
  { name: 'a2a', description: 'Other agents, over A2A 1.0.' },
]

export const facadePaths: Json = {
  '/v1/chat/completions': { post: chat },
  '/v1/embeddings': { post: embeddings },
  ...modelPaths,
  ...a2aPaths,
}

export const facadeSchemas: Json = {
  OpenAiError: {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['message', 'type', 'param', 'code'],
        properties: {
          message: text('What went wrong and the next step.'),
          type: text('invalid_request_error, authentication_error, permission_error, rate_limit_error or server_error.'),
          param: { type: ['string', 'null'], description: 'The field that is wrong.' },
          code: { type: ['string', 'null'], description: 'What kind of failure.' },
        },
      },
    },
  },
  MillraceAnswer: {
    type: 'object',
    description: 'What the answer of OpenAI has no field for; in a stream it comes with the last choice.',
    properties: {
      mark: text('Present when no hosted model answered.'),
      calls: list({ type: 'object', properties: { tool: text('Its name.'), ok: { type: 'boolean' } } }, 'Tools that the agent called.'),
      citations: list(
        {
          type: 'object',
          properties: {
            collection: text('Collection the document is in.'),
            document: text("The document's id."),
            chunk: { type: 'integer', description: 'Number of the passage.' },
            title: text('Title of the document.'),
            quote: text('The sentence that says it best.'),
          },
        },
        'Passages that the answer stands on; the same as annotations of the message.',
      ),
      waiting: list(
        {
          type: 'object',
          properties: {
            approval: text('Id of the approval.'),
            tool: text('The call that waits.'),
            input: { description: 'Its exact arguments.' },
            reason: text('Why a person is asked.'),
            decide_at: text('Where they decide. The call runs once they approved it.'),
          },
        },
        'Calls that wait for a person.',
      ),
      clarify: { type: 'object', description: 'What is missing, as JSON Schema, when the answer is a question.' },
      plan: list({ type: 'object' }, 'The steps of the turn and how far each is.'),
      stopped: text('Which limit ended the answer, where finish_reason is length.'),
      usd: { type: 'number', description: 'What the turn cost, where prices are configured.' },
      ignored: list({ type: 'string' }, 'Fields of the request that have no effect here.'),
    },
  },
}
