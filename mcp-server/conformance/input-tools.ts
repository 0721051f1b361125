/** Fixtures of calls that need the client's input and are retried with it (SEP-2322). */
import { randomUUID } from 'node:crypto'
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequest,
  inputRequired,
  inputResponse,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { DirectTool } from '../profile.ts'
import { direct, say } from './direct.ts'
import { askFor } from './forms.ts'

const nameSchema = z.object({ name: z.string() })
const roundSchema = z.object({ tool: z.literal('multi_round'), round: z.int(), name: z.string().optional() })

const askName = (): InputRequest => askFor('What is your name?', { name: { type: 'string' } })
const askOk = (): InputRequest => askFor('Please confirm', { ok: { type: 'boolean' } })
const askModel = (text: string): InputRequest =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens: 100 })

const accepted = ({ mcpReq }: ServerContext, key: string): boolean => acceptedContent(mcpReq.inputResponses, key) !== undefined
const nameIn = ({ mcpReq }: ServerContext, key = 'user_name'): string | undefined =>
  acceptedContent(mcpReq.inputResponses, key, nameSchema)?.name

export function inputTools(codec: RequestStateCodec): readonly DirectTool[] {
  const sealed = (tool: string, more: object = {}): Promise<string> => codec.mint({ tool, nonce: randomUUID(), ...more })
  return [...plainTools, ...stateTools(sealed)]
}

const plainTools: readonly DirectTool[] = [
  direct('test_missing_capability', 'Needs a client that can sample', async ({ context }) => {
    const answer = inputResponse(context.mcpReq.inputResponses, 'llm_answer')
    return answer.kind === 'missing' ? inputRequired({ inputRequests: { llm_answer: askModel('Say pong') } }) : say('The model answered.')
  }),
  direct('test_input_required_result_elicitation', 'Asks for a name', async ({ context }) => {
    const name = nameIn(context)
    return name === undefined ? inputRequired({ inputRequests: { user_name: askName() } }) : say(`Hello, ${name}!`)
  }),
  direct('test_input_required_result_sampling', "Asks the client's model", async ({ context }) => {
    const answer = inputResponse(context.mcpReq.inputResponses, 'capital_question')
    if (answer.kind !== 'sampling')
      return inputRequired({ inputRequests: { capital_question: askModel('What is the capital of France?') } })
    return say(`Sampling response: ${JSON.stringify(answer.result.content)}`)
  }),
  direct('test_input_required_result_list_roots', 'Asks for the roots', async ({ context }) => {
    const answer = inputResponse(context.mcpReq.inputResponses, 'client_roots')
    if (answer.kind !== 'roots') return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
    return say(`Client exposed ${answer.roots.length} root(s): ${answer.roots.map(({ uri }) => uri).join(', ')}`)
  }),
  direct('test_input_required_result_capabilities', 'Asks what the client can answer', async ({ context }) => {
    if (context.mcpReq.inputResponses !== undefined) return say('Capability-aware input requests fulfilled')
    const inputRequests = Object.fromEntries(
      [
        ['elicitation', 'user_name', askName()] as const,
        ['sampling', 'greeting', askModel('Generate a short greeting')] as const,
        ['roots', 'client_roots', inputRequired.listRoots()] as const,
      ].flatMap(([capability, key, request]) => (declares(context, capability) ? [[key, request]] : [])),
    )
    return Object.keys(inputRequests).length === 0 ? say('This client can be asked nothing.') : inputRequired({ inputRequests })
  }),
  direct('test_tool_with_task', 'Asks for a name, then works on as a task', async ({ context, callTool }) => {
    const name = nameIn(context)
    return name === undefined ? inputRequired({ inputRequests: { user_name: askName() } }) : callTool('named_job', { name })
  }),
]

function declares({ mcpReq }: ServerContext, capability: string): boolean {
  const declared: unknown = mcpReq.envelope && Reflect.get(mcpReq.envelope, CLIENT_CAPABILITIES_META_KEY)
  return typeof declared === 'object' && declared !== null && Reflect.has(declared, capability)
}

const stateTools = (sealed: (tool: string, more?: object) => Promise<string>): readonly DirectTool[] => [
  direct('test_input_required_result_request_state', 'Asks, and wants its state back', async ({ context }) => {
    if (!accepted(context, 'confirm'))
      return inputRequired({ inputRequests: { confirm: askOk() }, requestState: await sealed('request_state') })
    return say('state-ok: requestState verified and confirmation received')
  }),
  direct('test_input_required_result_tampered_state', 'Refuses a state that was altered', async ({ context }) => {
    if (context.mcpReq.requestState() !== undefined && accepted(context, 'confirm')) return say('integrity-ok: requestState verified')
    return inputRequired({ inputRequests: { confirm: askOk() }, requestState: await sealed('tampered_state') })
  }),
  direct('test_input_required_result_multiple_inputs', 'Asks three things at once', async ({ context }) => {
    const name = nameIn(context)
    const greeting = inputResponse(context.mcpReq.inputResponses, 'greeting')
    const roots = inputResponse(context.mcpReq.inputResponses, 'client_roots')
    if (name !== undefined && greeting.kind === 'sampling' && roots.kind === 'roots')
      return say(`${JSON.stringify(greeting.result.content)} ${name}, ${roots.roots.length} root(s)`)
    return inputRequired({
      inputRequests: { user_name: askName(), greeting: askModel('Generate a greeting'), client_roots: inputRequired.listRoots() },
      requestState: await sealed('multiple_inputs'),
    })
  }),
  direct('test_input_required_result_multi_round', 'Asks twice', async ({ context }) => {
    const state = roundSchema.safeParse(context.mcpReq.requestState<unknown>())
    if (!state.success)
      return inputRequired({
        inputRequests: { step1: askFor('Step 1: What is your name?', { name: { type: 'string' } }) },
        requestState: await sealed('multi_round', { round: 1 }),
      })
    if (state.data.round === 1)
      return inputRequired({
        inputRequests: { step2: askFor('Step 2: What is your favorite color?', { color: { type: 'string' } }) },
        requestState: await sealed('multi_round', { round: 2, name: nameIn(context, 'step1') ?? 'unknown' }),
      })
    return say(`Multi-round complete: ${state.data.name} has answered twice`)
  }),
]
