/** A person's own files into a collection: each is sent as it is, taken in by its format, and followed until it is there. */
import { type JSX, useRef, useState } from 'react'
import { Problem, send } from '../api.ts'
import { Notice } from '../frame/notice.tsx'
import { parseJson, textAt } from '../json.ts'
import { Followed } from './tool-runner.tsx'

interface Sent {
  readonly key: string
  readonly name: string
  readonly run?: string
  readonly problem?: string
}

const accepted = '.pdf,.docx,.html,.htm,.md,.markdown,.txt,.csv,.tsv,.json,.jsonl,text/*'

export function SendDocuments({ collection }: { readonly collection: string }): JSX.Element {
  const picker = useRef<HTMLInputElement>(null)
  const [sent, setSent] = useState<readonly Sent[]>([])

  /** One after the other, so that a folder of files does not fill the line. */
  const sendAll = async (files: readonly File[]): Promise<void> => {
    const fresh = files.map((file) => ({ file, key: crypto.randomUUID(), name: file.name }))
    setSent((before) => [...fresh.map(({ key, name }) => ({ key, name })), ...before])
    for (const { file, key } of fresh) {
      const outcome = await sendOne(collection, file, key)
      setSent((before) => before.map((one) => (one.key === key ? { ...one, ...outcome } : one)))
    }
  }

  return (
    <section aria-label="Send files">
      <div className="actions">
        <button type="button" className="button" onClick={() => picker.current?.click()}>
          Send files …
        </button>
        <a className="button" href={`/api/collections/${encodeURIComponent(collection)}/export?wait=600`} download>
          Export
        </a>
      </div>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={accepted}
        aria-label={`Files for ${collection}`}
        onChange={(event) => {
          void sendAll([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
      <ul className="sent" aria-live="polite">
        {sent.map(({ key, name, run, problem }) => (
          <li key={key}>
            <p className="small">{name}</p>
            {problem !== undefined && <Notice>{problem}</Notice>}
            {run !== undefined && <Followed run={run} />}
            {run === undefined && problem === undefined && (
              <p className="muted small">
                <span className="spinner" /> Sending …
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

async function sendOne(collection: string, file: File, key: string): Promise<Pick<Sent, 'run' | 'problem'>> {
  try {
    const path = `/api/collections/${encodeURIComponent(collection)}/documents?wait=0&name=${encodeURIComponent(file.name)}`
    const type = file.type === '' ? 'application/octet-stream' : file.type
    const response = await send(path, { method: 'POST', body: file, headers: { 'content-type': type, 'idempotency-key': key } })
    const run = textAt(parseJson(await response.text()), 'run')
    return run === undefined ? { problem: 'The server did not say what became of it. Look at Runs.' } : { run }
  } catch (error) {
    return { problem: error instanceof Problem ? error.message : String(error) }
  }
}
