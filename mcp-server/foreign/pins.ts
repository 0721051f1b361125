/** What was accepted of each foreign server, by hash: kept in the database, so that every process and every restart agrees. */
import type { Database, Queryable } from '../../platform/database/database.ts'

export interface Pin {
  readonly tool: string
  readonly hash: string
  /** What the tool said of itself then. */
  readonly description: string
}

export interface Pins {
  /** Undefined: this server never joined. */
  read(server: string): Promise<ReadonlyMap<string, Pin> | undefined>
  /** The first join: trusted as it is found. Whoever comes second keeps what the first one wrote. */
  join(server: string, pins: readonly Pin[]): Promise<void>
  /** Replaces the pins of these tools. */
  accept(tx: Queryable, accepted: { readonly server: string; readonly pins: readonly Pin[]; readonly by: string }): Promise<void>
}

export function createPins(db: Database, now: () => Date): Pins {
  const write = async (
    tx: Queryable,
    server: string,
    { pins, by }: { readonly pins: readonly Pin[]; readonly by: string },
  ): Promise<void> => {
    await tx.query(
      `insert into foreign_tools (server, tool, hash, description, accepted_by, accepted_at)
       select $1, tool, hash, description, $5, $6 from unnest($2::text[], $3::text[], $4::text[]) as given (tool, hash, description)
       on conflict (server, tool) do update
         set hash = excluded.hash, description = excluded.description, accepted_by = excluded.accepted_by, accepted_at = excluded.accepted_at`,
      [server, pins.map(({ tool }) => tool), pins.map(({ hash }) => hash), pins.map(({ description }) => description), by, now()],
    )
  }
  return {
    read: async (server) => {
      const { rows } = await db.query<{ tool: string | null; hash: string | null; description: string | null }>(
        `select tool, hash, description from foreign_servers left join foreign_tools using (server) where server = $1`,
        [server],
      )
      if (rows.length === 0) return undefined
      const pins = rows.flatMap(({ tool, hash, description }) =>
        tool === null || hash === null || description === null ? [] : [[tool, { tool, hash, description }] as const],
      )
      return new Map(pins)
    },
    join: (server, pins) =>
      db.transaction(async (tx) => {
        const { rowCount } = await tx.query(
          'insert into foreign_servers (server, joined_at) values ($1, $2) on conflict (server) do nothing',
          [server, now()],
        )
        if (rowCount > 0) await write(tx, server, { pins, by: 'first join' })
      }),
    accept: (tx, { server, pins, by }) => write(tx, server, { pins, by }),
  }
}
