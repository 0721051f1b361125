/** Answers a read-only SQL query over datasets. */
import { z } from 'zod'
import { queryDatasets } from '../ml/data/query.ts'
import { cellSchema, list } from './dataset-schema.ts'
import { defineTool } from './tool.ts'

export const queryDataTool = defineTool({
  name: 'query_data',
  title: 'Query data',
  description:
    'Runs one read-only SQL select (DuckDB dialect) over datasets of the workspace; table names are dataset names, in double quotes where they hold @, dots or dashes ("adult@2"). Use it to count, aggregate, join or look at rows. It cannot change data, nor read files or settings. For a general description use profile_data.',
  input: z.strictObject({
    sql: z.string().min(1).max(20_000).describe('One select statement, for example: select income, count(*) from adult group by income.'),
    limit: z.int().min(1).max(10_000).default(100).describe('Rows returned at most.'),
  }),
  output: z.object({
    columns: list(z.object({ name: z.string().describe('Column.'), type: z.string().describe('SQL type.') })).describe(
      'Columns of the result.',
    ),
    rows: list(list(cellSchema)).describe('Rows, each with one value a column.'),
    truncated: z.boolean().describe('Whether there were more rows than the limit.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    {
      says: 'How many customers left, by plan?',
      input: {
        sql: "select plan, count(*) as customers, avg(case when churned = 'yes' then 1 else 0 end) as churn from customers group by plan",
      },
    },
  ],
  run: async ({ sql, limit }, { db, blobs, caller, signal }) => {
    const answer = await queryDatasets(sql, { db, blobs, workspace: caller.workspace, limit, signal })
    const shown = answer.rows.slice(0, 20).map((row) => row.map(brief).join(' | '))
    const head = answer.columns.map(({ name }) => name).join(' | ')
    const count = `${answer.rows.length}${answer.truncated ? ' or more' : ''} rows`
    return { content: [`${count}:`, head, ...shown, ...(answer.rows.length > 20 ? ['…'] : [])].join('\n'), data: answer }
  },
})

const longestCell = 200

function brief(cell: unknown): string {
  const text = cell === null ? '' : typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
  return text.length > longestCell ? `${text.slice(0, longestCell)}…` : text
}
