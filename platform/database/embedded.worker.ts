/** The embedded Postgres, alone in its thread: a query blocks the thread it runs on, and this one serves nobody else. */
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { partsOf } from './sql-error.ts'

export interface Ask {
  readonly id: number
  readonly sql: string
  readonly params: readonly unknown[]
  readonly dump?: boolean
}

if (!parentPort) throw new Error('embedded.worker.ts runs as a worker thread only.')
const port = parentPort
const { folder, image } = workerData

const options = { extensions: { vector }, ...(image ? { loadDataDir: new Blob([image]) } : {}) }
const opening = folder === undefined ? PGlite.create(options) : PGlite.create(folder, options)

opening.then(
  (pg) => {
    port.postMessage({ ready: true })
    // Statements arrive one by one: the facade sends the next only after the answer to the last.
    port.on('message', (ask: Ask | 'close') => {
      if (ask === 'close') void pg.close().finally(() => port.postMessage({ closed: true }))
      else void answer(pg, ask)
    })
  },
  (error: unknown) => port.postMessage({ failed: partsOf(error) }),
)

async function answer(pg: PGlite, ask: Ask): Promise<void> {
  try {
    if (ask.dump) {
      const image = await pg.dumpDataDir('none')
      port.postMessage({ id: ask.id, image: new Uint8Array(await image.arrayBuffer()) })
      return
    }
    // Without parameters the simple protocol is used, which takes several statements at once.
    const result = ask.params.length > 0 ? await pg.query(ask.sql, [...ask.params]) : (await pg.exec(ask.sql)).at(-1)
    const rows = result?.rows ?? []
    port.postMessage({ id: ask.id, rows, rowCount: rows.length > 0 ? rows.length : (result?.affectedRows ?? 0) })
  } catch (error) {
    port.postMessage({ id: ask.id, error: partsOf(error) })
  }
}
