/** A part of a drawer read with one tool: its result, or why it cannot be shown. */
import type { JSX } from 'react'
import { readTool } from '../api.ts'
import { Notice } from '../frame/notice.tsx'
import { useResource } from '../resource.ts'
import { Result } from '../results/result.tsx'

interface Props {
  readonly title: string
  readonly tool: string
  readonly input: unknown
  /** Takes the part of the data that belongs here. */
  readonly pick?: (data: unknown) => unknown
}

export function Detail({ title, tool, input, pick = (data) => data }: Props): JSX.Element {
  const { value, problem, loading } = useResource(`${tool} ${JSON.stringify(input)}`, (signal) => readTool(tool, input, signal), ['run'])
  return (
    <section>
      <h3 className="detail-title">{title}</h3>
      {problem !== undefined && value === undefined && <p className="muted small">{problem.message}</p>}
      {loading && value === undefined && (
        <p className="muted small">
          <span className="spinner" /> Working …
        </p>
      )}
      <Result data={pick(value)} />
    </section>
  )
}

/** As `Detail`, for a drawer where a failure deserves attention. */
export function Trouble({ problem }: { readonly problem: Error | undefined }): JSX.Element | null {
  return problem === undefined ? null : <Notice>{problem.message}</Notice>
}
