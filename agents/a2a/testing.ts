/** For tests: the protocol's own client, what it says, and what it is told put together. */
import { randomUUID } from 'node:crypto'
import { type Message, Role, type StreamResponse, type Task, type TaskState } from '@a2a-js/sdk'
import { type Client, ClientFactory, ClientFactoryOptions, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client'

export const say = (
  words: string,
  place: { readonly taskId?: string; readonly contextId?: string; readonly messageId?: string } = {},
): Message => ({
  messageId: place.messageId ?? randomUUID(),
  role: Role.ROLE_USER,
  taskId: place.taskId ?? '',
  contextId: place.contextId ?? '',
  parts: [{ content: { $case: 'text', value: words }, metadata: undefined, filename: '', mediaType: 'text/plain' }],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
})

export const request = (message: Message) => ({ tenant: '', message, metadata: undefined, configuration: undefined })
export const atOnce = (message: Message) => ({
  ...request(message),
  configuration: { acceptedOutputModes: [], taskPushNotificationConfig: undefined, returnImmediately: true },
})

export async function taskOf(sent: Promise<Message | Task>): Promise<Task> {
  const answer = await sent
  if (!('status' in answer)) throw new Error('It answered with a message.')
  return answer
}

export const wordsOf = (parts: Message['parts'] | undefined): string =>
  (parts ?? []).map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('')
export const answerOf = ({ artifacts }: Task): string => wordsOf(artifacts.find(({ name }) => name === 'answer')?.parts)
export const stateOf = ({ status }: Task): TaskState | undefined => status?.state

/** The answer as a follower puts it together: a whole task first, pieces after. */
export function followed(events: readonly StreamResponse[]): {
  readonly answer: string
  readonly states: readonly (TaskState | undefined)[]
} {
  let answer = ''
  const states: (TaskState | undefined)[] = []
  for (const { payload } of events) {
    if (payload?.$case === 'task') {
      answer = answerOf(payload.value)
      states.push(stateOf(payload.value))
    }
    if (payload?.$case === 'statusUpdate') states.push(payload.value.status?.state)
    if (payload?.$case === 'artifactUpdate' && payload.value.artifact?.name === 'answer')
      answer = (payload.value.append ? answer : '') + wordsOf(payload.value.artifact.parts)
  }
  return { answer, states }
}

export async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const event of events) seen.push(event)
  return seen
}

/** One that the card's interfaces were given to. */
export function clientOf(
  { url }: { readonly url: string },
  { transport = 'JSONRPC', token }: { readonly transport?: 'JSONRPC' | 'HTTP+JSON'; readonly token?: string } = {},
): Promise<Client> {
  const fetchImpl: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    return fetch(input, { ...init, headers })
  }
  const transports = [transport === 'JSONRPC' ? new JsonRpcTransportFactory({ fetchImpl }) : new RestTransportFactory({ fetchImpl })]
  return new ClientFactory(ClientFactoryOptions.createFrom({ transports: [] }, { transports })).createFromUrl(url)
}
