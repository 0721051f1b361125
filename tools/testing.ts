/** The real waist for tests: real database, real runs, real invoke; only the folder and the database are temporary. */
import { openBlobFolder } from '../platform/blobs.ts'
import type { Caller } from '../platform/caller.ts'
import type { Database } from '../platform/database/database.ts'
import type { Egress } from '../platform/egress/egress.ts'
import { type OpenPlatform, openPlatform } from '../platform/open.ts'
import type { Log } from '../platform/platform.ts'
import { openTestDatabase, temporaryFolder } from '../platform/testing/harness.ts'
import { createAnswerStore } from '../rag/answers/store.ts'
import type { InvokeParts } from './admit.ts'
import { allTools, createCatalogue } from './catalogue.ts'
import type { Invoke, OpenCatalogue } from './invocation.ts'
import { createInvoke } from './invoke.ts'
import { defaultPolicy, type Policy } from './policy.ts'
import type { Ports } from './ports.ts'
import { createPerform } from './run-calls.ts'
import type { Tool } from './tool.ts'
import type { Waist } from './waist.ts'

export interface TestMillrace extends Waist {
  readonly platform: OpenPlatform
  readonly catalogue: OpenCatalogue
  /** Admin of the workspace "default", a person at a terminal. */
  readonly owner: Caller
  /** The folder tools may read and write in. */
  readonly folder: string
  /** Invokes as the owner and returns the data; throws the Fault, and when the call did not finish. */
  call<D = Record<string, unknown>>(tool: string, input?: unknown): Promise<D>
  close(): Promise<void>
}

export interface TestOptions {
  readonly tools?: readonly Tool[]
  readonly db?: Database
  readonly ports?: Ports
  /** Default: the built-in one. */
  readonly policy?: Policy
  readonly auth?: 'local' | 'token'
  readonly now?: () => Date
  /** Default true: durable runs are performed in this process. */
  readonly working?: boolean
  readonly deadlineMs?: number
  /** Hosts on the operator's list; a test's own server stands on 127.0.0.1:PORT. */
  readonly egressAllow?: readonly string[]
  readonly egress?: Egress
}

const quiet: Log = { info: () => undefined, warn: () => undefined, error: (fields, message) => console.error(message, fields) }

/** Pass tools to test with a catalogue of your own, or options. */
export async function openTestMillrace(given: readonly Tool[] | TestOptions = {}): Promise<TestMillrace> {
  const options: TestOptions = isTools(given) ? { tools: given } : given
  const temporary = await temporaryFolder()
  const platform = await openPlatform({
    db: options.db ?? (await openTestDatabase()),
    blobs: await openBlobFolder(`${temporary.path}/blobs`),
    log: quiet,
    auth: options.auth ?? 'local',
    allowedRoots: [temporary.path],
    ...(options.now ? { now: options.now } : {}),
    ...(options.egressAllow ? { egressAllow: options.egressAllow } : {}),
    ...(options.egress ? { egress: options.egress } : {}),
  })
  const catalogue = createCatalogue(options.tools ?? allTools)
  const answers = createAnswerStore(platform)
  const parts: InvokeParts = {
    platform,
    catalogue,
    policy: options.policy ?? defaultPolicy,
    ports: { answers, ...options.ports },
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
  }
  const invoke: Invoke = createInvoke(parts)
  if (options.working ?? true) await platform.runs.work(createPerform(parts))
  const owner: Caller = { id: 'local:owner', name: 'owner', kind: 'person', role: 'admin', workspace: 'default', channel: 'terminal' }
  return {
    platform,
    catalogue,
    invoke,
    owner,
    folder: temporary.path,
    call: async (tool, input = {}) => {
      const outcome = await invoke({ tool, input, caller: owner })
      if (outcome.kind !== 'done') throw new Error(`${tool} is ${outcome.kind}`)
      // As a client would see it: through JSON.
      return JSON.parse(JSON.stringify(outcome.data))
    },
    close: async () => {
      await answers.flush()
      await platform.close()
      await temporary.remove()
    },
  }
}

const isTools = (given: readonly Tool[] | TestOptions): given is readonly Tool[] => Array.isArray(given)
