/** Fixtures for every kind of content, for logging, for schemas as they are written, and for what a client of 2025 is asked. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerContext } from '@modelcontextprotocol/server'
import type { Changes } from '../changes.ts'
import type { DirectTool } from '../profile.ts'
import { direct, say } from './direct.ts'
import { choices, defaults } from './forms.ts'
import { picture, sound } from './media.ts'

export const contentTools: readonly DirectTool[] = [
  direct('test_image_content', 'Answers with a picture', async () => ({
    content: [{ type: 'image', data: picture, mimeType: 'image/png' }],
  })),
  direct('test_audio_content', 'Answers with a sound', async () => ({ content: [{ type: 'audio', data: sound, mimeType: 'audio/wav' }] })),
  direct('test_embedded_resource', 'Answers with a resource inside', async () => ({
    content: [
      {
        type: 'resource',
        resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' },
      },
    ],
  })),
  direct('test_multiple_content_types', 'Answers with text, a picture and a resource', async () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: picture, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: JSON.stringify({ test: 'data', value: 123 }),
        },
      },
    ],
  })),
  direct('test_tool_with_logging', 'Logs three messages while it runs', async ({ context }) => {
    for (const text of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await context.mcpReq.log('info', text)
      await sleep(20)
    }
    return say('Tool with logging executed successfully')
  }),
  direct('test_logging_tool', 'Logs what only a client that asked for logs may hear', async ({ context }) => {
    await context.mcpReq.log('info', 'test_logging_tool ran')
    return say('Logged.')
  }),
  direct('test_streaming_elicitation', 'Answers without asking anything', async () => say('Only this result was streamed.')),
  direct('test_reconnection', 'Cuts its own stream, and answers on the next one', async ({ context }) => {
    context.http?.closeSSE?.()
    await sleep(100)
    return say('Reconnection test completed successfully.')
  }),
  direct(
    'json_schema_2020_12_tool',
    'Takes what JSON Schema 2020-12 can say',
    async ({ args }) => say(`JSON Schema 2020-12 tool called with: ${JSON.stringify(args)}`),
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
      },
      properties: {
        name: { type: 'string' },
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: { type: 'string' },
        email: { type: 'string' },
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      // Written so that nothing takes the schema for a promise.
      ...Object.fromEntries([['then', { required: ['phone'] }]]),
      else: { required: ['email'] },
      additionalProperties: false,
    },
  ),
]

/** What repeats a parameter in a header (SEP-2243). */
export const headerTool: DirectTool = direct(
  'test_x_mcp_header',
  'Takes a parameter that the client repeats in a header',
  async ({ args }) => say(`region=${String(args.region ?? '<none>')}`),
  {
    type: 'object',
    properties: {
      region: { type: 'string', description: 'Repeated in Mcp-Param-Region', 'x-mcp-header': 'Region' },
      level: { type: 'integer', description: 'Not repeated' },
    },
  },
)

/** Requests of the server to a client of 2025: answered in the middle of the call. */
export const pushTools: readonly DirectTool[] = [
  direct(
    'test_sampling',
    "Asks the client's model",
    async ({ args, context }) => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: String(args.prompt ?? '') } }]
      const { content } = await context.mcpReq.requestSampling({ messages, maxTokens: 100 }, onItsStream(context))
      return say(`LLM response: ${Array.isArray(content) || content.type !== 'text' ? JSON.stringify(content) : content.text}`)
    },
    { type: 'object', properties: { prompt: { type: 'string', description: 'What to ask.' } }, required: ['prompt'] },
  ),
  direct(
    'test_elicitation',
    'Asks the person at the client',
    async ({ args, context }) =>
      elicit(context, String(args.message ?? ''), { response: { type: 'string', description: "User's response" } }),
    { type: 'object', properties: { message: { type: 'string', description: 'What to ask.' } }, required: ['message'] },
  ),
  direct('test_elicitation_sep1034_defaults', 'Asks with defaults', async ({ context }) =>
    elicit(context, 'Please review the defaults', defaults),
  ),
  direct('test_elicitation_sep1330_enums', 'Asks with choices', async ({ context }) =>
    elicit(context, 'Please select from the choices', choices),
  ),
]

/** Asked on the stream of the call: on the session's own stream a question is lost as long as the client has not opened that. */
const onItsStream = ({ mcpReq }: ServerContext) => ({ relatedRequestId: mcpReq.id })

async function elicit(context: ServerContext, message: string, properties: typeof defaults) {
  const { action, content } = await context.mcpReq.elicitInput(
    { mode: 'form', message, requestedSchema: { type: 'object', properties, required: [] } },
    onItsStream(context),
  )
  return say(`User response: action=${action}, content=${JSON.stringify(content ?? {})}`)
}

/** Make lists change for whoever listens. */
export function triggerTools(changes: Changes, workspace: string): readonly DirectTool[] {
  const trigger = (name: string, kind: 'tools' | 'prompts'): DirectTool =>
    direct(name, `Tells that the list of ${kind} has changed`, async () => {
      changes.announce(workspace, { kind })
      return say(`${kind} changed`)
    })
  return [trigger('test_trigger_tool_change', 'tools'), trigger('test_trigger_prompt_change', 'prompts')]
}
