/** A view that is one reading tool's list: its rows as a table, an empty state with a next step, a drawer for one row. */
import type { JSX, ReactNode } from 'react'
import { readTool } from '../api.ts'
import { Notice } from '../frame/notice.tsx'
import { isList, isRecord, type Json, listAt } from '../json.ts'
import { useResource } from '../resource.ts'
import { shapeOf } from '../results/shape.ts'
import { Table } from '../results/table.tsx'

interface Props {
  readonly tool: string
  readonly input?: unknown
  /** The list's field in the result. */
  readonly list: string
  readonly hrefOf: (row: Json) => string | undefined
  readonly empty: ReactNode
  /** Changes a row before it is shown. */
  readonly row?: (row: Json) => Json
}

/** Lists inside a row (columns, versions) would make it long: their number is enough in an overview. */
function counted(row: Json): Json {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, isList(value) && value.some(isRecord) ? value.length : value]))
}

export function ToolList({ tool, input = {}, list, hrefOf, empty, row = counted }: Props): JSX.Element {
  const { value, problem, loading } = useResource(`${tool} ${JSON.stringify(input)}`, (signal) => readTool(tool, input, signal), [
    'call',
    'run',
  ])
  const rows = listAt(value, list).filter(isRecord).map(row)
  const [block] = shapeOf(rows)
  if (problem !== undefined && value === undefined) return <Notice>{problem.message}</Notice>
  if (loading && value === undefined) return <p className="muted">Loading …</p>
  if (block?.kind !== 'table') return <div className="empty">{empty}</div>
  return <Table columns={block.columns} rows={block.rows} first={50} hrefOf={hrefOf} />
}
