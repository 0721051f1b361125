import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBlobFolder } from '../../platform/blobs.ts'
import { openEmbedded } from '../../platform/database/embedded.ts'
import { migrate } from '../../platform/database/migrate.ts'
import { allMigrations } from '../../platform/testing/all-migrations.ts'
import { type Findings, inspect } from './findings.ts'

let folder: string
let findings: Findings

const caller = { id: 'local:owner', name: 'owner', kind: 'person', role: 'admin', workspace: 'default', channel: 'http' }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-findings-'))
  await mkdir(join(folder, 'home', 'database'), { recursive: true })
  const blobs = await openBlobFolder(join(folder, 'home', 'blobs'))
  const blob = await blobs.put(new TextEncoder().encode('rows'))
  const db = await openEmbedded({ folder: join(folder, 'home', 'database') })
  await migrate(db, allMigrations())
  const dataset = 'insert into datasets (workspace, name, version, blob, rows, columns, source, created_by) values'
  await db.query(
    `${dataset} ('default', 'soak_1', 1, $1, 60, '[]', '', ''), ('default', 'soak_2', 1, $1, 60, '[]', '', ''),
    ('default', 'soak_2', 2, $1, 60, '[]', '', ''), ('default', 'soak_3', 1, repeat('0', 64), 60, '[]', '', '')`,
    [blob],
  )
  const run = 'insert into runs (id, workspace, tool, input, caller, state, attempt) values'
  await db.query(
    `${run} ('run_1', 'default', 'ingest_data', '{"name": "soak_1"}', $1::jsonb, 'succeeded', 2),
    ('run_2', 'default', 'ingest_data', '{"name": "soak_1"}', $1::jsonb, 'queued', 0),
    ('run_3', 'default', 'train_model', '{}', $1::jsonb, 'succeeded', 1),
    ('run_4', 'default', 'train_model', '{}', $1::jsonb, 'failed', 1)`,
    [JSON.stringify(caller)],
  )
  await db.query(
    `insert into audit (seq, at, workspace, call, tool, effect, caller, outcome, digest, previous, hash)
     values (1, now(), 'default', 'run_1', 'ingest_data', 'create', $1::jsonb, 'ok', '', '', 'a'),
            (2, now(), 'default', 'run_1', 'ingest_data', 'create', $1::jsonb, 'ok', '', '', 'b')`,
    [JSON.stringify(caller)],
  )
  await db.close()
  findings = await inspect({ folder }, [
    { kind: 'dataset', name: 'soak_1', version: 1, rows: 60 },
    { kind: 'dataset', name: 'soak_2', version: 1, rows: 61 },
    { kind: 'dataset', name: 'soak_3', version: 1, rows: 60 },
    { kind: 'dataset', name: 'soak_4', version: 1, rows: 60 },
    { kind: 'run', run: 'run_1', tool: 'ingest_data', dataset: 'soak_1' },
    { kind: 'run', run: 'run_9', tool: 'train_model', dataset: 'soak_1' },
  ])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('what was acknowledged and is missing, torn or without its bytes is lost', () => {
  expect(findings.lost).toEqual(['dataset soak_2', 'dataset soak_3', 'dataset soak_4', 'run run_9 of train_model'])
})

test('a second version, run or success, and a training without its row, are doubled effects', () => {
  expect([...findings.doubled].sort()).toEqual(['dataset soak_2', 'runs ingesting soak_1', 'success of run_1', 'training of run_3'])
})

test('open and failed runs are named, and a forged audit row is found', () => {
  expect(findings.unfinished).toEqual(['run_2 of ingest_data is queued'])
  expect(findings.failed).toEqual(['run_4 of train_model: '])
  expect(findings).toMatchObject({ runs: 4, redelivered: 1, audit: { broken: 1 } })
})
