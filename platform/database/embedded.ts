/** Postgres in WebAssembly behind a worker thread: one session, shared in turns. */
import { Worker } from 'node:worker_threads'
import { Fault } from '../fault.ts'
import type { Database, Queryable, Rows } from './database.ts'
import { SqlError, type SqlErrorParts } from './sql-error.ts'
import { insideTransaction, refuseInsideTransaction } from './transaction-scope.ts'
import { createTurnstile, type Priority } from './turnstile.ts'

interface Answer {
  readonly id: number
  readonly rows?: never[]
  readonly rowCount?: number
  readonly image?: Uint8Array
  readonly error?: SqlErrorParts
}
type Message = Answer | { readonly ready: true } | { readonly failed: SqlErrorParts } | { readonly closed: true }

export interface EmbeddedDatabase extends Database {
  readonly kind: 'embedded'
  /** The whole database as a tar image, for `openEmbedded({ image })`. */
  dump(): Promise<Uint8Array>
}

/** `folder` absent: in memory. `image` starts a new database from a dump. */
export async function openEmbedded(options: { readonly folder?: string; readonly image?: Uint8Array }): Promise<EmbeddedDatabase> {
  const session = await openSession(options)
  const turnstile = createTurnstile()

  const at = (priority: Priority): Omit<EmbeddedDatabase, 'background'> => ({
    kind: 'embedded',
    oneSession: true,
    query: async <R>(sql: string, params: readonly unknown[] = []) => {
      refuseInsideTransaction()
      const leave = await turnstile.enter(priority)
      try {
        return await session.ask<R>(sql, params)
      } finally {
        leave()
      }
    },
    transaction: async (work) => {
      refuseInsideTransaction()
      const leave = await turnstile.enter(priority)
      try {
        return await runTransaction(session, work)
      } finally {
        leave()
      }
    },
    dump: async () => {
      const leave = await turnstile.enter(priority)
      try {
        return await session.dump()
      } finally {
        leave()
      }
    },
    close: async () => {
      const leave = await turnstile.enter('background')
      try {
        await session.close()
      } finally {
        leave()
      }
    },
  })
  const background: EmbeddedDatabase = {
    ...at('background'),
    get background() {
      return background
    },
  }
  return { ...at('interactive'), background }
}

async function runTransaction<T>(session: Session, work: (tx: Queryable) => Promise<T>): Promise<T> {
  let open = true
  const tx: Queryable = {
    query: <R>(sql: string, params: readonly unknown[] = []) => {
      if (!open) throw new Fault('internal', 'A transaction was used after it ended.')
      return session.ask<R>(sql, params)
    },
  }
  await session.ask('begin', [])
  try {
    const result = await insideTransaction(() => work(tx))
    open = false
    await session.ask('commit', [])
    return result
  } catch (error) {
    open = false
    await session.ask('rollback', [])
    throw error
  }
}

interface Session {
  ask<R>(sql: string, params: readonly unknown[]): Promise<Rows<R>>
  dump(): Promise<Uint8Array>
  close(): Promise<void>
}

async function openSession({ folder, image }: { readonly folder?: string; readonly image?: Uint8Array }): Promise<Session> {
  const worker = new Worker(new URL('./embedded.worker.ts', import.meta.url), { workerData: { folder, image } })
  const waiting = new Map<number, (answer: Answer) => void>()
  let nextId = 1
  let stopped: Fault | undefined

  const ended = Promise.withResolvers<void>()
  const ready = Promise.withResolvers<void>()
  const stop = (fault: Fault): void => {
    stopped = fault
    ready.reject(fault)
    for (const resolve of waiting.values()) resolve({ id: 0, error: { message: fault.message, code: '57P01' } })
    waiting.clear()
    ended.resolve()
  }
  worker.on('message', (message: Message) => {
    if ('ready' in message) ready.resolve()
    else if ('failed' in message)
      stop(new Fault('unavailable', `The embedded database cannot open ${folder ?? 'in memory'}: ${message.failed.message}`))
    else if ('closed' in message) stop(new Fault('unavailable', 'The database is closed.'))
    else {
      waiting.get(message.id)?.(message)
      waiting.delete(message.id)
    }
  })
  worker.on('error', (error) => stop(new Fault('unavailable', 'The embedded database stopped; restart Millrace.', { cause: error })))
  worker.on('exit', () => stop(stopped ?? new Fault('unavailable', 'The embedded database stopped; restart Millrace.')))
  await ready.promise

  const send = async (request: { sql: string; params: readonly unknown[]; dump?: boolean }): Promise<Answer> => {
    if (stopped) throw stopped
    const id = nextId++
    const answer = await new Promise<Answer>((resolve) => {
      waiting.set(id, resolve)
      worker.postMessage({ id, ...request })
    })
    if (answer.error) throw new SqlError(answer.error.message, answer.error.code, answer.error.constraint)
    return answer
  }
  return {
    ask: async (sql, params) => {
      const { rows = [], rowCount = 0 } = await send({ sql, params })
      return { rows, rowCount }
    },
    dump: async () => {
      const { image: bytes } = await send({ sql: '', params: [], dump: true })
      if (!bytes) throw new Fault('internal', 'The database gave no image.')
      return bytes
    },
    close: async () => {
      if (!stopped) worker.postMessage('close')
      await ended.promise
      await worker.terminate()
    },
  }
}
