/** One tool as a form: fill in, run, read the result. Long calls are followed, calls that need a yes ask for it right here. */
import { type JSX, useEffect, useRef, useState } from 'react'
import { callTool, get, Problem } from '../api.ts'
import { ApprovalCard } from '../approvals/approval-card.tsx'
import { useApproval } from '../approvals/approvals.ts'
import { effectWords, type ToolWords } from '../catalogue.ts'
import { Bar } from '../chat/tool-card.tsx'
import { SchemaForm } from '../forms/schema-form.tsx'
import { Notice } from '../frame/notice.tsx'
import { at, isRecord, numberAt, parseJson, textAt } from '../json.ts'
import { useResource } from '../resource.ts'
import { Result } from '../results/result.tsx'
import { hrefOf } from '../router.ts'

type Stage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'calling' }
  | { readonly kind: 'done'; readonly content: string; readonly data: unknown }
  | { readonly kind: 'running'; readonly run: string }
  | { readonly kind: 'waiting'; readonly approval: string }
  | { readonly kind: 'refused'; readonly problem: Problem }

interface Props {
  readonly tool: ToolWords
  readonly params: Readonly<Record<string, string>>
}

export function ToolRunner({ tool, params }: Props): JSX.Element {
  const [stage, setStage] = useState<Stage>({ kind: 'idle' })
  const [known, setKnown] = useState(() => knownFrom(params))
  const abort = useRef<AbortController>(undefined)
  useEffect(() => () => abort.current?.abort(), [])

  const run = async (input: unknown): Promise<void> => {
    abort.current?.abort()
    const controller = new AbortController()
    abort.current = controller
    setStage({ kind: 'calling' })
    try {
      // A second is long enough to be worth a progress bar: longer calls go on as a run that is followed.
      const outcome = await callTool(tool.name, input, { signal: controller.signal, ...(tool.durable ? { wait: 1 } : {}) })
      setStage(outcome)
    } catch (error) {
      if (controller.signal.aborted) return
      setStage({ kind: 'refused', problem: error instanceof Problem ? error : new Problem(0, { detail: String(error) }) })
    }
  }
  const problem = stage.kind === 'refused' ? stage.problem : undefined
  return (
    <div className="tool-runner" data-effect={tool.effect}>
      <a className="button small quiet back" href={hrefOf('tools')}>
        ← All tools
      </a>
      <header>
        <h2>{tool.title}</h2>
        <p className="tool-facts">
          <span className="effect">{effectWords[tool.effect].title}</span>
          <code>{tool.name}</code>
          {tool.durable && <span className="badge">runs in the background</span>}
        </p>
        <p className="tool-description">{tool.description}</p>
        {tool.examples.length > 0 && (
          <p className="examples">
            <span className="muted small">Try:</span>
            {tool.examples.slice(0, 3).map((example) => (
              <button
                key={example.says}
                type="button"
                className="button small"
                onClick={() => setKnown({ value: example.input, turn: known.turn + 1 })}
              >
                {example.says}
              </button>
            ))}
          </p>
        )}
      </header>
      <SchemaForm
        key={known.turn}
        schema={tool.schema}
        known={known.value}
        usual={usualOf(tool)}
        action={tool.effect === 'read' ? 'Run' : `Run: ${tool.title}`}
        busy={stage.kind === 'calling'}
        errors={problem?.errors ?? []}
        onSubmit={(input) => void run(input)}
      />
      <div aria-live="polite" className="tool-outcome">
        {problem !== undefined && <Notice>{problem.message}</Notice>}
        {stage.kind === 'done' && <Done content={stage.content} data={stage.data} />}
        {stage.kind === 'running' && <Followed run={stage.run} />}
        {stage.kind === 'waiting' && <Waiting approval={stage.approval} onRun={(id) => setStage({ kind: 'running', run: id })} />}
      </div>
    </div>
  )
}

/** What the first example fills in. */
function usualOf({ examples }: ToolWords): readonly string[] {
  const input = examples[0]?.input
  return isRecord(input) ? Object.keys(input) : []
}

function knownFrom({ input, ...rest }: Readonly<Record<string, string>>): { readonly value: unknown; readonly turn: number } {
  return { value: input === undefined ? rest : parseJson(input), turn: 0 }
}

function Done({ content, data }: { readonly content: string; readonly data: unknown }): JSX.Element {
  return (
    <section className="outcome" aria-label="Result">
      {content !== '' && <p className="outcome-words">{content}</p>}
      <Result data={data} />
    </section>
  )
}

/** A durable run, read again whenever something is heard of it. */
export function Followed({ run }: { readonly run: string }): JSX.Element {
  const { value } = useResource(`run ${run}`, (signal) => get(`/api/runs/${encodeURIComponent(run)}`, signal), ['run'])
  const state = textAt(value, 'state')
  const result = at(value, 'result')
  const progress = at(value, 'progress')
  if (state === 'succeeded') return <Done content={textAt(result, 'content') ?? ''} data={at(result, 'data')} />
  if (state === 'failed' || state === 'cancelled') return <Notice>{textAt(at(value, 'error'), 'message') ?? 'The run was stopped.'}</Notice>
  return (
    <section className="outcome" aria-label="Progress">
      <Bar progress={{ message: textAt(progress, 'message') ?? 'Waiting for its turn', fraction: numberAt(progress, 'fraction') }} />
      <a className="small" href={hrefOf('runs', run)}>
        Follow it under Runs
      </a>
    </section>
  )
}

/** The call waits for a person, who is right here. */
function Waiting({ approval, onRun }: { readonly approval: string; readonly onRun: (run: string) => void }): JSX.Element {
  const record = useApproval(approval)
  if (record === undefined) return <p className="muted small">This call needs an approval …</p>
  return (
    <ApprovalCard
      approval={record}
      onDecided={(decision) => {
        if (decision === 'approve') onRun(record.run)
      }}
    />
  )
}
