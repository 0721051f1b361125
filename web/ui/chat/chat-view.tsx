/** The chat: what was said, what was done, and the field for the next message. */
import { type JSX, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { catalogue } from '../catalogue.ts'
import { Icon } from '../frame/icon.tsx'
import { go, hrefOf } from '../router.ts'
import { useStore } from '../store.ts'
import { Composer } from './composer.tsx'
import { announcement } from './conversation.ts'
import { ask, conversationOf, newThread, stop } from './conversations.ts'
import type { Entry } from './entries.ts'
import { EntryView } from './entry-view.tsx'
import { MeterLine } from './meter-line.tsx'
import { Welcome } from './welcome.tsx'

export function ChatView({ item }: { readonly item: string | undefined }): JSX.Element {
  const [draft, setDraft] = useState(newThread)
  const thread = item ?? draft
  const conversation = useStore(useMemo(() => conversationOf(thread, { fresh: item === undefined }), [thread, item]))
  const { entries, phase, trouble } = conversation
  const { page, content } = useFollowEnd(thread)

  // The draft's thread is in use once its first message is sent; the next new conversation gets another.
  useEffect(() => {
    if (item === draft) setDraft(newThread())
  }, [item, draft])

  const send = useCallback(
    (text: string): void => {
      if (item === undefined) go(hrefOf('chat', thread))
      void ask(thread, text)
    },
    [item, thread],
  )
  return (
    <main className="chat" id="main" tabIndex={-1} aria-label="Chat">
      <div className="page" ref={page}>
        <div ref={content}>
          {entries.length === 0 && phase === 'idle' ? (
            <Welcome onAsk={send} />
          ) : (
            <div className="conversation">
              {entries.map((entry, index) => (
                <EntryView
                  key={entry.id}
                  entry={entry}
                  thread={thread}
                  live={phase === 'open' && index === entries.length - 1}
                  mark={
                    entry.kind === 'assistant' && isLastOfTurn(entries, index) && !(phase === 'open' && index === entries.length - 1)
                      ? entry.mark
                      : undefined
                  }
                  answerable={phase === 'idle' && index === entries.length - 1}
                  again={entry.kind === 'failure' && index === entries.length - 1 ? lastAsked(entries) : undefined}
                  onAsk={send}
                />
              ))}
              {phase === 'idle' && <SaveSteps thread={thread} entries={entries} />}
              {phase === 'open' && trouble === undefined && entries.at(-1)?.kind !== 'assistant' && <p className="thinking">{<Dots />}</p>}
              {phase === 'open' && trouble !== undefined && <Trouble words={troubleWords[trouble]} />}
              <MeterLine state={conversation.state} />
            </div>
          )}
        </div>
      </div>
      <p className="sr-only" role="status" aria-live="polite">
        {announcement(conversation)}
      </p>
      <Composer key={thread} phase={phase} stopping={trouble === 'stopping'} onSend={send} onStop={() => stop(thread)} />
    </main>
  )
}

/** What a conversation has done can be kept as a pipeline, once it has done something worth repeating. */
function SaveSteps({ thread, entries }: { readonly thread: string; readonly entries: readonly Entry[] }): JSX.Element | null {
  const tools = useStore(catalogue)
  const steps = entries.filter((entry) => entry.kind === 'call' && entry.phase === 'succeeded').length
  if (steps < 2 || !tools.some(({ name }) => name === 'save_pipeline')) return null
  return (
    <a className="button small quiet save-steps" href={hrefOf('tools', 'save_pipeline', { thread })}>
      <Icon name="runs" size={14} />
      Save these {steps} steps as a pipeline
    </a>
  )
}

const troubleWords = { reconnecting: 'Connection lost. Reconnecting …', stopping: 'Stopping …' } as const

function Trouble({ words }: { readonly words: string }): JSX.Element {
  return (
    <p className="thinking trouble">
      <span className="spinner" />
      {words}
    </p>
  )
}

function Dots(): JSX.Element {
  return (
    <span className="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  )
}

function lastAsked(entries: readonly Entry[]): string | undefined {
  const asked = entries.findLast((entry) => entry.kind === 'user')
  return asked?.text
}

function isLastOfTurn(entries: readonly { readonly kind: string }[], index: number): boolean {
  const next = entries.slice(index + 1).find((entry) => entry.kind === 'user' || entry.kind === 'assistant')
  return next?.kind !== 'assistant'
}

/** Keeps the end in sight while the content grows, unless the reader has scrolled up. Another conversation opens at its end. */
function useFollowEnd(thread: string): {
  readonly page: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
} {
  const page = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another thread begins to follow anew.
  useEffect(() => {
    const [scrolled, grown] = [page.current, content.current]
    if (scrolled === null || grown === null) return
    let following = true
    const onScroll = (): void => {
      following = scrolled.scrollHeight - scrolled.scrollTop - scrolled.clientHeight < 80
    }
    const observer = new ResizeObserver(() => {
      if (following) scrolled.scrollTo({ top: scrolled.scrollHeight })
    })
    scrolled.addEventListener('scroll', onScroll, { passive: true })
    observer.observe(grown)
    return () => {
      observer.disconnect()
      scrolled.removeEventListener('scroll', onScroll)
    }
  }, [thread])
  return { page, content }
}
