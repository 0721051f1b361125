/** The field for a message. Enter sends, Shift+Enter breaks the line, Escape stops the answer. */
import { type JSX, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Icon } from '../frame/icon.tsx'
import type { Phase } from './conversation.ts'

interface Props {
  readonly phase: Phase
  /** The person asked for the end, which has not come yet. */
  readonly stopping: boolean
  readonly onSend: (text: string) => void
  readonly onStop: () => void
}

export function Composer({ phase, stopping, onSend, onStop }: Props): JSX.Element {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const busy = phase === 'open'

  useEffect(() => {
    if (window.matchMedia('(hover: hover)').matches) field.current?.focus()
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the field grows with its text.
  useEffect(() => {
    const element = field.current
    if (element === null) return
    element.style.blockSize = 'auto'
    element.style.blockSize = `${Math.min(element.scrollHeight, 220)}px`
  }, [text])

  const send = (): void => {
    const message = text.trim()
    if (message === '' || busy) return
    onSend(message)
    setText('')
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && busy) onStop()
    // While an input method composes a letter, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <div className="composer-box">
        <label className="sr-only" htmlFor="message">
          Message
        </label>
        <textarea
          id="message"
          ref={field}
          data-first={true}
          rows={1}
          value={text}
          placeholder={phase === 'paused' ? 'Waiting for your approval above …' : 'Ask about your data, models or documents …'}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKey}
        />
        {busy ? (
          <button type="button" className="send" onClick={onStop} disabled={stopping} aria-label="Stop the answer" title="Stop (Esc)">
            <Icon name="stop" size={16} />
          </button>
        ) : (
          <button type="submit" className="send" disabled={text.trim() === ''} aria-label="Send the message">
            <Icon name="send" />
          </button>
        )}
      </div>
      <p className="composer-hint">
        <span>
          <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> breaks the line
        </span>
        <span>
          <kbd>Ctrl</kbd> <kbd>K</kbd> finds a tool
        </span>
      </p>
    </form>
  )
}
