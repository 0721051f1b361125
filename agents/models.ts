/** Which model answers: a hosted one that speaks OpenAI's protocol when it is configured, else the offline planner. */
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AzureChatOpenAI, ChatOpenAI } from '@langchain/openai'
import { Fault } from '../platform/fault.ts'
import { OfflineModel, type OfflineParts } from './offline-model.ts'

/** Read from the environment by whoever owns it; nothing here looks at process.env. */
export interface ModelSettings {
  readonly name?: string | undefined
  readonly openaiKey?: string | undefined
  readonly openaiBaseUrl?: string | undefined
  readonly azureKey?: string | undefined
  readonly azureEndpoint?: string | undefined
  readonly azureDeployment?: string | undefined
  readonly azureVersion?: string | undefined
}

export interface ChosenModel {
  readonly name: string
  /** OpenTelemetry's gen_ai.provider.name. */
  readonly provider: string
  readonly hosted: boolean
  /** Shown to people with every answer that no hosted model gave. */
  readonly mark?: string
  /** A model for one turn. */
  open(parts: OfflineParts): BaseChatModel
}

export interface HostedModel extends Pick<ChosenModel, 'name' | 'provider'> {
  readonly model: BaseChatModel
}

export const offlineMark = 'Answered by the offline planner: no hosted model is configured.'

const defaultModel = 'gpt-4.1-mini'
const retries = 2

export function chooseModel(settings: ModelSettings): ChosenModel {
  const hosted = hostedModel(settings)
  return hosted ? { name: hosted.name, provider: hosted.provider, hosted: true, open: () => hosted.model } : offline
}

/** Undefined when none is configured. */
export function hostedModel(settings: ModelSettings): HostedModel | undefined {
  return azure(settings) ?? openai(settings)
}

/** What a model's failure is called, whoever asked it. */
export function modelUnavailable(name: string, error: unknown): Fault {
  const said = error instanceof Error ? error.message.split('\n')[0] : ''
  return new Fault('unavailable', `The model '${name}' did not answer: ${said?.slice(0, 200)}. Check its key, its URL and that it runs.`, {
    cause: error,
  })
}

function azure({ azureKey, azureEndpoint, azureDeployment, azureVersion = '2024-10-21' }: ModelSettings): HostedModel | undefined {
  if (azureKey === undefined || azureEndpoint === undefined || azureDeployment === undefined) return undefined
  const model = new AzureChatOpenAI({
    model: azureDeployment,
    azureOpenAIApiKey: azureKey,
    azureOpenAIEndpoint: azureEndpoint,
    azureOpenAIApiDeploymentName: azureDeployment,
    azureOpenAIApiVersion: azureVersion,
    maxRetries: retries,
  })
  return { name: azureDeployment, provider: 'azure.ai.openai', model }
}

/** A server of one's own often wants no key; the client insists on some. */
function openai({ name = defaultModel, openaiKey, openaiBaseUrl }: ModelSettings): HostedModel | undefined {
  if (openaiKey === undefined && openaiBaseUrl === undefined) return undefined
  const configuration = openaiBaseUrl === undefined ? {} : { configuration: { baseURL: openaiBaseUrl } }
  const model = new ChatOpenAI({ model: name, apiKey: openaiKey ?? 'none', maxRetries: retries, useResponsesApi: false, ...configuration })
  return { name, provider: 'openai', model }
}

const offline: ChosenModel = {
  name: 'offline-planner',
  provider: 'millrace',
  hosted: false,
  mark: offlineMark,
  open: (parts) => new OfflineModel(parts),
}
