/** The environment, read once: a frozen, validated configuration. Nothing else reads process.env. */
import { homedir } from 'node:os'
import { delimiter, resolve } from 'node:path'
import { z } from 'zod'
import { readAgents } from './agents-config.ts'
import { readHostList } from './platform/egress/host-list.ts'
import { Fault } from './platform/fault.ts'
import { readEmbedders, readReranker } from './retrieval-config.ts'

const loopback = ['127.0.0.1', 'localhost', '::1']

/** A variable set to nothing counts as not set. */
const text = z.string().trim().min(1).optional()

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(7788),
  HOST: z.string().default('127.0.0.1'),
  MILLRACE_HOME: z.string().default('.millrace'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'expected postgres://user:password@host:port/database' }).optional(),
  MILLRACE_BLOBS: text,
  MILLRACE_AUTH: z.enum(['local', 'token']).default('local'),
  MILLRACE_FILES: text,
  MILLRACE_ALLOWED_HOSTS: text,
  MILLRACE_EGRESS_ALLOW: text,
  MILLRACE_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('warn'),
  MILLRACE_EMBEDDER: z.enum(['subword', 'transformers', 'openai']).default('subword'),
  MILLRACE_EMBEDDER_MODEL: text,
  MILLRACE_RERANKER: z.enum(['transformers', 'http']).optional(),
  MILLRACE_RERANKER_MODEL: text,
  MILLRACE_RERANKER_URL: z.url({ protocol: /^https?$/ }).optional(),
  MILLRACE_RERANKER_KEY: text,
  HF_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  MILLRACE_MODEL: text,
  MILLRACE_MODEL_FALLBACK: text,
  MILLRACE_MODEL_PRICES: text,
  MILLRACE_MODEL_WINDOW: z.coerce.number().int().min(2000).optional(),
  MILLRACE_BUDGET: text,
  MILLRACE_MASK_PII: text,
  MILLRACE_POLICY: text,
  MILLRACE_MCP_SERVERS: text,
  MILLRACE_MCP_PROFILE: z.literal('conformance').optional(),
  MILLRACE_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  MILLRACE_OAUTH_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  MILLRACE_OAUTH_AUDIENCE: text,
  MILLRACE_OAUTH_JWKS: z.url({ protocol: /^https?$/ }).optional(),
  OPENAI_API_KEY: text,
  OPENAI_BASE_URL: z.url().optional(),
  AZURE_OPENAI_API_KEY: text,
  AZURE_OPENAI_ENDPOINT: z.url().optional(),
  AZURE_OPENAI_DEPLOYMENT: text,
  AZURE_OPENAI_API_VERSION: text,
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
})

export type Config = ReturnType<typeof readConfig>

/** Throws `usage` naming each variable that is wrong. */
export function readConfig(variables: Readonly<Record<string, string | undefined>>, folder = process.cwd()) {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
    throw new Fault('usage', `The environment is not right. ${errors.map(({ path, message }) => `${path}: ${message}`).join('; ')}.`, {
      errors,
    })
  }
  const env = parsed.data
  if (!loopback.includes(env.HOST) && env.MILLRACE_AUTH === 'local') {
    throw new Fault('usage', `HOST ${env.HOST} is reachable from other machines, so MILLRACE_AUTH must be 'token', not 'local'.`)
  }
  const home = resolve(folder, env.MILLRACE_HOME)
  const place = { workingFolder: folder, models: resolve(home, 'models') }
  const egressAllow = commaList(env.MILLRACE_EGRESS_ALLOW)
  readHostList(egressAllow)
  return Object.freeze({
    port: env.PORT,
    host: env.HOST,
    home,
    databaseUrl: env.DATABASE_URL,
    blobs: resolve(folder, env.MILLRACE_BLOBS ?? resolve(home, 'blobs')),
    auth: env.MILLRACE_AUTH,
    /** Folders tools may read: the working folder and what MILLRACE_FILES lists. */
    allowedRoots: Object.freeze([
      folder,
      ...(env.MILLRACE_FILES ?? '')
        .split(delimiter)
        .filter(Boolean)
        .map((path) => resolve(folder, expand(path))),
    ]),
    allowedHosts: commaList(env.MILLRACE_ALLOWED_HOSTS),
    /** Hosts that agents may send to unasked, and that may be private: host, host:port, *.suffix. */
    egressAllow,
    logLevel: env.MILLRACE_LOG,
    embedders: Object.freeze(readEmbedders(env, place)),
    reranker: Object.freeze(readReranker(env, place)),
    model: Object.freeze({
      name: env.MILLRACE_MODEL,
      openaiKey: env.OPENAI_API_KEY,
      openaiBaseUrl: env.OPENAI_BASE_URL,
      azureKey: env.AZURE_OPENAI_API_KEY,
      azureEndpoint: env.AZURE_OPENAI_ENDPOINT,
      azureDeployment: env.AZURE_OPENAI_DEPLOYMENT,
      azureVersion: env.AZURE_OPENAI_API_VERSION,
    }),
    agents: Object.freeze(readAgents(env, folder)),
    otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  })
}

const commaList = (value = ''): readonly string[] =>
  Object.freeze(
    value
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
  )

const expand = (path: string): string => (path.startsWith('~/') ? resolve(homedir(), path.slice(2)) : path)
