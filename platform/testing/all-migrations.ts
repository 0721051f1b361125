/** Every room's migrations, in the order main applies them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { MigrationFolder } from '../database/migrate.ts'

const rooms = ['platform', 'tools', 'ml', 'rag', 'agents']

export function allMigrations(): readonly MigrationFolder[] {
  return rooms
    .map((room) => ({ room, folder: join(import.meta.dirname, '../..', room, 'migrations') }))
    .filter(({ folder }) => existsSync(folder))
}
