/** Which model answers: a hosted one that speaks OpenAI's protocol when it is configured, else the offline planner. */
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AzureChatOpenAI, ChatOpenAI } from '@langchain/openai'
import { Fault } from '../platform/fault.ts'
import { wordsOf } from './hosted/failures.ts'
import { fetchCompletion } from './hosted/wire.ts'
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

export interface HostedModel {
  readonly name: string
  /** OpenTelemetry's gen_ai.provider.name. */
  readonly provider: string
  readonly model: BaseChatModel
  /** It says why it ended; an answer that does not was cut off. */
  readonly tellsEnd: boolean
}

export type ChosenModel = {
  readonly name: string
  readonly provider: string
} & (
  | {
      readonly hosted: true
      /** In the order in which they are tried. */
      readonly models: readonly HostedModel[]
    }
  | {
      readonly hosted: false
      /** Shown to people with every answer that no hosted model gave. */
      readonly mark: string
      /** A model for one turn. */
      open(parts: OfflineParts): BaseChatModel
    }
)

export const offlineMark = 'Answered by the offline planner: no hosted model is configured.'

const defaultModel = 'gpt-4.1-mini'

/** `fallback` names a second model on the same server. */
export function chooseModel(settings: ModelSettings, fallback?: string): ChosenModel {
  const first = hostedModel(settings)
  if (!first) return offline
  const second = fallback === undefined ? undefined : hostedModel({ ...settings, name: fallback, azureDeployment: fallback })
  return { name: first.name, provider: first.provider, hosted: true, models: second ? [first, second] : [first] }
}

/** Undefined when none is configured. `retries` are for whoever does not ask again by himself. */
export function hostedModel(settings: ModelSettings, { retries = 0 } = {}): HostedModel | undefined {
  return azure(settings, retries) ?? openai(settings, retries)
}

/** What a model's failure is called, whoever asked it. */
export function modelUnavailable(name: string, error: unknown): Fault {
  return new Fault('unavailable', `The model '${name}' did not answer: ${wordsOf(error)}. Check its key, its URL and that it runs.`, {
    cause: error,
  })
}

function azure(
  { azureKey, azureEndpoint, azureDeployment, azureVersion = '2024-10-21' }: ModelSettings,
  retries: number,
): HostedModel | undefined {
  if (azureKey === undefined || azureEndpoint === undefined || azureDeployment === undefined) return undefined
  const model = new AzureChatOpenAI({
    model: azureDeployment,
    azureOpenAIApiKey: azureKey,
    azureOpenAIEndpoint: azureEndpoint,
    azureOpenAIApiDeploymentName: azureDeployment,
    azureOpenAIApiVersion: azureVersion,
    maxRetries: retries,
    useResponsesApi: false,
    configuration: { fetch: fetchCompletion },
  })
  return { name: azureDeployment, provider: 'azure.ai.openai', model, tellsEnd: true }
}

/** A server of one's own often wants no key; the client insists on some. */
function openai({ name = defaultModel, openaiKey, openaiBaseUrl }: ModelSettings, retries: number): HostedModel | undefined {
  if (openaiKey === undefined && openaiBaseUrl === undefined) return undefined
  const model = new ChatOpenAI({
    model: name,
    apiKey: openaiKey ?? 'none',
    maxRetries: retries,
    useResponsesApi: false,
    configuration: { fetch: fetchCompletion, ...(openaiBaseUrl === undefined ? {} : { baseURL: openaiBaseUrl }) },
  })
  return { name, provider: 'openai', model, tellsEnd: true }
}

const offline: ChosenModel = {
  name: 'offline-planner',
  provider: 'millrace',
  hosted: false,
  mark: offlineMark,
  open: (parts) => new OfflineModel(parts),
}
