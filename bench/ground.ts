/** A whole Millrace for benchmarks, without its web server: in a folder of its own, or on a database of its own on a server. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import { type Millrace, openMillrace } from '../compose.ts'
import { readConfig } from '../config.ts'
import type { Caller } from '../platform/caller.ts'
import { openServer } from '../platform/database/server.ts'

export interface Place {
  /** Holds the data folder, and files that tools may read. */
  readonly folder: string
  /** A Postgres to use instead of the embedded database in that folder. */
  readonly database?: string | undefined
}

export interface Ground extends Place {
  readonly millrace: Millrace
  readonly owner: Caller
  /** A call through `invoke` to its end; `caller` is the owner unless named. */
  call<S extends z.ZodType>(request: ToolCall<S>): Promise<z.output<S>>
  close(): Promise<void>
}

export interface ToolCall<S extends z.ZodType> {
  readonly tool: string
  readonly input: unknown
  readonly data: S
  readonly caller?: Caller
  readonly onProgress?: (message: string) => void
}

export async function openGround(place: Place): Promise<Ground> {
  const { folder, database } = place
  const millrace = await openMillrace(
    readConfig(
      { MILLRACE_HOME: join(folder, 'home'), MILLRACE_LOG: 'error', ...(database === undefined ? {} : { DATABASE_URL: database }) },
      folder,
    ),
  )
  await millrace.work()
  const owner: Caller = millrace.platform.identity.owner('terminal')
  return {
    ...place,
    millrace,
    owner,
    call: async ({ tool, input, data, caller = owner, onProgress }) => {
      const outcome = await millrace.invoke({
        tool,
        input,
        caller,
        ...(onProgress ? { onProgress: ({ message }) => onProgress(message) } : {}),
      })
      if (outcome.kind !== 'done') throw new Error(`${tool} is ${outcome.kind}.`)
      return data.parse(outcome.data)
    },
    close: () => millrace.close(),
  }
}

export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Makes an empty database on the server of `url` and drops it afterwards. */
export async function inOwnDatabase<T>(url: string, work: (own: string) => Promise<T>): Promise<T> {
  const name = `millrace_bench_${process.pid}_${Date.now()}`
  const admin = await openServer(url, { connections: 1 })
  await admin.query(`create database ${name}`)
  try {
    const own = new URL(url)
    own.pathname = `/${name}`
    return await work(own.href)
  } finally {
    await admin.query(`drop database ${name} with (force)`)
    await admin.close()
  }
}
