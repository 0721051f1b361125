/** What the index says at rest, after the last stop: text, chunks, postings and vectors of every document agree, and nothing else is there. */
import { join } from 'node:path'
import type { Database } from '../../platform/database/database.ts'
import { openEmbedded } from '../../platform/database/embedded.ts'
import { openServer } from '../../platform/database/server.ts'
import { emptyEntries, unpackEntries } from '../../rag/index/entries.ts'
import type { Place } from './findings.ts'

interface Question {
  readonly says: string
  /** Names of what is wrong, as `name`. */
  readonly sql: string
}

const questions: readonly Question[] = [
  { says: 'doubled: live twice', sql: "select id as name from documents where state = 'live' group by collection, id having count(*) > 1" },
  {
    says: 'torn: chunks are not those it has',
    sql: `select d.id as name from documents d left join chunks c on c.document = d.key where d.state = 'live'
          group by d.key, d.id, d.chunks having count(c.ordinal) <> d.chunks or max(c.ordinal) <> d.chunks - 1`,
  },
  {
    says: 'torn: text is not as long as it was',
    sql: `select d.id as name from documents d left join document_parts p on p.document = d.key where d.state = 'live'
          group by d.key, d.id, d.characters having coalesce(sum(length(p.text)), 0) <> d.characters`,
  },
  {
    says: 'torn: a chunk has not one vector',
    sql: `select d.id as name from documents d join chunks c on c.document = d.key
          left join vectors v on v.document = c.document and v.ordinal = c.ordinal
          where d.state = 'live' group by d.id, c.document, c.ordinal having count(v.document) <> 1`,
  },
  { says: 'left over: not live', sql: "select id || ' is ' || state as name from documents where state in ('staged', 'replaced')" },
  {
    says: 'left over: chunk without its document',
    sql: "select document::text as name from chunks where document not in (select key from documents where state = 'live')",
  },
  {
    says: 'left over: vector without its chunk',
    sql: 'select document::text as name from vectors v where not exists (select 1 from chunks c where c.document = v.document and c.ordinal = v.ordinal)',
  },
]

/** The first of each thing that is wrong. */
export async function inspectIndex({ folder, database }: Place): Promise<readonly string[]> {
  const db: Database =
    database === undefined ? await openEmbedded({ folder: join(folder, 'home', 'database') }) : await openServer(database)
  try {
    const wrong: string[] = []
    for (const { says, sql } of questions) {
      const { rows } = await db.query<{ name: string }>(`${sql} limit 5`)
      wrong.push(...rows.map(({ name }) => `${says}: ${name}`))
    }
    return [...wrong, ...(await postingsDiffer(db))]
  } finally {
    await db.close()
  }
}

/** Every chunk has postings, whose frequencies sum to its length, which each of them repeats; and no other chunk has any. */
async function postingsDiffer(db: Database): Promise<readonly string[]> {
  const sums = await sumPostings(db)
  const { rows } = await db.query<{ name: string }>(
    `select c.document || ' ' || c.ordinal as name from chunks c join documents d on d.key = c.document where d.state = 'live'`,
  )
  const chunks = new Set(rows.map(({ name }) => name))
  const torn = [...sums].filter(([name, { frequencies, length }]) => chunks.has(name) && frequencies !== length)
  const most = 5
  return [
    ...torn
      .slice(0, most)
      .map(([name, sum]) => `torn or doubled: postings of chunk ${name} do not sum to its length: ${JSON.stringify(sum)}`),
    ...[
      ...chunks
        .keys()
        .filter((name) => !sums.has(name))
        .take(most),
    ].map((name) => `torn: chunk ${name} has no postings`),
    ...[
      ...sums
        .keys()
        .filter((name) => !chunks.has(name))
        .take(most),
    ].map((name) => `left over: postings of chunk ${name}, which is not there`),
  ]
}

interface Sum {
  frequencies: number
  readonly length: number
}

/** By document and ordinal, over live documents. */
async function sumPostings(db: Database): Promise<ReadonlyMap<string, Sum>> {
  const live = new Set((await db.query<{ key: number }>("select key from documents where state = 'live'")).rows.map(({ key }) => key))
  const sums = new Map<string, Sum>()
  const { rows } = await db.query<{ chunks: number; entries: Uint8Array }>('select chunks, entries from postings')
  for (const row of rows) {
    const entries = emptyEntries(row.chunks)
    unpackEntries(row.entries, entries)
    for (let at = 0; at < entries.size; at++) {
      const document = entries.documents[at] ?? 0
      if (!live.has(document)) continue
      const name = `${document} ${entries.ordinals[at]}`
      const sum = sums.get(name) ?? { frequencies: 0, length: entries.lengths[at] ?? 0 }
      sum.frequencies += entries.frequencies[at] ?? 0
      sums.set(name, sum)
    }
  }
  return sums
}
