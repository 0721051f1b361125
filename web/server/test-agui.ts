/** For tests of AG-UI: a stream judged by the protocol's grammar (the reference client accepts broken ones), and clients that are cut. */
import { HttpAgent } from '@ag-ui/client'
import { type BaseEvent, EventType, type RunAgentInput } from '@ag-ui/core'
import { EventSchemas } from '@ag-ui/core/schemas'
import { AGUI_MEDIA_TYPE } from '@ag-ui/encoder'
import fastJsonPatch from 'fast-json-patch'

/** As the protocol's own schema reads it. */
export type AguiEvent = ReturnType<typeof EventSchemas.parse>

type Bracket = readonly [kind: string, id: string]

const opens = (event: AguiEvent): Bracket | undefined => {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_START:
      return ['text', event.messageId]
    case EventType.REASONING_START:
      return ['span', event.messageId]
    case EventType.REASONING_MESSAGE_START:
      return ['reasoning', event.messageId]
    case EventType.TOOL_CALL_START:
      return ['call', event.toolCallId]
    case EventType.STEP_STARTED:
      return ['step', event.stepName]
    case EventType.SUBAGENT_STARTED:
      return ['agent', event.subagentRunId]
    default:
      return undefined
  }
}

const within = (event: AguiEvent): Bracket | undefined => {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_CONTENT:
      return ['text', event.messageId]
    case EventType.REASONING_MESSAGE_CONTENT:
      return ['reasoning', event.messageId]
    case EventType.TOOL_CALL_ARGS:
      return ['call', event.toolCallId]
    default:
      return undefined
  }
}

const closes = (event: AguiEvent): Bracket | undefined => {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_END:
      return ['text', event.messageId]
    case EventType.REASONING_END:
      return ['span', event.messageId]
    case EventType.REASONING_MESSAGE_END:
      return ['reasoning', event.messageId]
    case EventType.TOOL_CALL_END:
      return ['call', event.toolCallId]
    case EventType.STEP_FINISHED:
      return ['step', event.stepName]
    case EventType.SUBAGENT_FINISHED:
    case EventType.SUBAGENT_ERROR:
      return ['agent', event.subagentRunId]
    default:
      return undefined
  }
}

const isTerminal = ({ type }: AguiEvent): boolean => type === EventType.RUN_FINISHED || type === EventType.RUN_ERROR

/** Everything that is wrong with a whole stream, in words. */
export function mistakesIn(events: readonly AguiEvent[]): readonly string[] {
  const said = events.flatMap((event) => {
    const read = EventSchemas.safeParse(JSON.parse(JSON.stringify(event)))
    return read.success ? [] : [`${event.type} is not by the schema: ${read.error.message}`]
  })
  if (events[0]?.type !== EventType.RUN_STARTED) said.push('it does not begin with RUN_STARTED')
  const ends = events.filter(isTerminal)
  if (ends.length !== 1) said.push(`it has ${ends.length} terminal events`)
  if (events.length > 0 && !events.slice(-1).some(isTerminal)) said.push('its last event is not terminal')
  return [...said, ...bracketMistakes(events), ...patchMistakes(events), ...argumentMistakes(events)]
}

function bracketMistakes(events: readonly AguiEvent[]): readonly string[] {
  const open = new Set<string>()
  const ever = new Set<string>()
  const said = events.flatMap((event) => {
    const [opened, filled, closed] = [opens(event), within(event), closes(event)].map((found) => found?.join(' '))
    const again = opened !== undefined && ever.has(opened) && (open.has(opened) || !opened.startsWith('step '))
    const outside = filled !== undefined && !open.has(filled)
    const stray = closed !== undefined && !open.delete(closed)
    if (opened !== undefined) for (const set of [open, ever]) set.add(opened)
    return [
      ...(again ? [`${opened} is opened again`] : []),
      ...(outside ? [`${event.type} comes while ${filled} is not open`] : []),
      ...(stray ? [`${event.type} closes ${closed}, which is not open`] : []),
    ]
  })
  return open.size === 0 ? said : [...said, `still open at the end: ${[...open].join(', ')}`]
}

function patchMistakes(events: readonly AguiEvent[]): readonly string[] {
  try {
    stateAfter(events)
    activitiesAfter(events)
    return []
  } catch (error) {
    return [`a patch does not fit: ${String(error)}`]
  }
}

function argumentMistakes(events: readonly AguiEvent[]): readonly string[] {
  const ended = new Set(events.flatMap((event) => (event.type === EventType.TOOL_CALL_END ? event.toolCallId : [])))
  return [...argumentsIn(events)].flatMap(([call, text]) => {
    try {
      if (ended.has(call)) JSON.parse(text)
      return []
    } catch {
      return [`the arguments of ${call} are not JSON: ${text}`]
    }
  })
}

/** The arguments of every call, put together. */
export function argumentsIn(events: readonly AguiEvent[]): ReadonlyMap<string, string> {
  const said = new Map<string, string>()
  for (const event of events)
    if (event.type === EventType.TOOL_CALL_ARGS) said.set(event.toolCallId, (said.get(event.toolCallId) ?? '') + event.delta)
  return said
}

/** The state that a client holds in the end. Throws when a patch does not fit. */
export function stateAfter(events: readonly AguiEvent[], from: unknown = {}): unknown {
  let state = structuredClone(from)
  for (const event of events) {
    if (event.type === EventType.STATE_SNAPSHOT) state = structuredClone(event.snapshot)
    if (event.type === EventType.STATE_DELTA) state = fastJsonPatch.applyPatch(state, structuredClone(event.delta), true).newDocument
  }
  return state
}

/** What every activity shows in the end. Throws when a patch does not fit. */
export function activitiesAfter(events: readonly AguiEvent[]): ReadonlyMap<string, unknown> {
  const shown = new Map<string, unknown>()
  for (const event of events) {
    if (event.type === EventType.ACTIVITY_SNAPSHOT) shown.set(event.messageId, structuredClone(event.content))
    if (event.type === EventType.ACTIVITY_DELTA)
      shown.set(event.messageId, fastJsonPatch.applyPatch(shown.get(event.messageId), structuredClone(event.patch), true).newDocument)
  }
  return shown
}

/** The reference client, asking for protobuf. */
export class ProtobufAgent extends HttpAgent {
  protected override requestInit(input: RunAgentInput): RequestInit {
    const init = super.requestInit(input)
    return { ...init, headers: { ...this.headers, 'content-type': 'application/json', accept: AGUI_MEDIA_TYPE } }
  }
}

type RunParameters = Parameters<HttpAgent['runAgent']>[0]

/** One run of an agent; every event it hands on is kept. */
export async function runOf(agent: HttpAgent, parameters: RunParameters = {}): Promise<readonly AguiEvent[]> {
  const events: AguiEvent[] = []
  await agent.runAgent(parameters, { onEvent: ({ event }) => void events.push(byTheBook(event)) })
  return events
}

/** The same after the person said something. */
export function say(agent: HttpAgent, content: string, parameters: RunParameters = {}): Promise<readonly AguiEvent[]> {
  agent.addMessage({ id: crypto.randomUUID(), role: 'user', content })
  return runOf(agent, parameters)
}

/** Throws for an event that is not AG-UI. */
function byTheBook(event: BaseEvent): AguiEvent {
  return EventSchemas.parse(event)
}

/** The events of an answer that was read as text. */
export function eventsIn(text: string): readonly AguiEvent[] {
  return text.split('\n\n').flatMap((block) => {
    const data = block.split('\n').find((line) => line.startsWith('data: '))
    return data === undefined ? [] : byTheBook(JSON.parse(data.slice(6)))
  })
}
