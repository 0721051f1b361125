/** Keyboard shortcuts of the whole page, and the sheet that lists them. They sleep while a person types. */
import { type JSX, useEffect, useRef } from 'react'
import { go, hrefOf, type View } from '../router.ts'
import { toggleTheme } from '../theme.ts'
import { Sheet } from './drawer.tsx'

const places: readonly (readonly [key: string, view: View, words: string])[] = [
  ['c', 'chat', 'Chat'],
  ['t', 'tools', 'Tools'],
  ['d', 'datasets', 'Datasets'],
  ['r', 'runs', 'Runs'],
  ['m', 'models', 'Models'],
  ['o', 'collections', 'Collections'],
  ['a', 'approvals', 'Approvals'],
]

/** How long the second key of `g` + key may take, in milliseconds. */
const chordMs = 1_200

export function useShortcuts(options: { readonly help: () => void; readonly search: () => void }): void {
  const latest = useRef(options)
  useEffect(() => {
    latest.current = options
  })
  useEffect(() => {
    let pressed = 0
    const onKey = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        latest.current.search()
        return
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]') !== null)
        return
      const chord = event.timeStamp - pressed < chordMs ? places.find(([key]) => key === event.key) : undefined
      pressed = event.key === 'g' ? event.timeStamp : 0
      if (chord !== undefined) go(hrefOf(chord[1]))
      else single(event, latest.current)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}

function single(event: KeyboardEvent, options: { readonly help: () => void }): void {
  const focusFirst = (): void => document.querySelector<HTMLElement>('[data-first]')?.focus()
  const actions: Readonly<Record<string, () => void>> = { '?': options.help, '/': focusFirst, n: () => go(hrefOf('chat')), l: toggleTheme }
  const action = actions[event.key]
  if (action === undefined) return
  event.preventDefault()
  action()
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
}

export function ShortcutSheet({ onClose }: { readonly onClose: () => void }): JSX.Element {
  return (
    <Sheet title="Keyboard shortcuts" onClose={onClose}>
      <dl className="keys">
        <Row keys={['Ctrl', 'K']} words="Find a tool or a page" />
        <Row keys={['n']} words="New conversation" />
        <Row keys={['/']} words="Go to the message or search field" />
        <Row keys={['Enter']} words="Send the message" />
        <Row keys={['Shift', 'Enter']} words="New line in the message" />
        <Row keys={['Esc']} words="Stop the answer, or close what is open" />
        {places.map(([key, , words]) => (
          <Row key={key} keys={['g', key]} words={words} />
        ))}
        <Row keys={['l']} words="Light or dark" />
        <Row keys={['?']} words="This list" />
      </dl>
    </Sheet>
  )
}

function Row({ keys, words }: { readonly keys: readonly string[]; readonly words: string }): JSX.Element {
  return (
    <>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{words}</dd>
    </>
  )
}
