/** Ctrl+K: one field that finds any page or tool by a part of its name. */
import { type JSX, type KeyboardEvent, useState } from 'react'
import { catalogue, titleOf } from '../catalogue.ts'
import { go, hrefOf, views } from '../router.ts'
import { useStore } from '../store.ts'
import { Sheet } from './drawer.tsx'

interface Target {
  readonly href: string
  readonly title: string
  readonly hint: string
}

export function Palette({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const tools = useStore(catalogue)
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const targets: readonly Target[] = [
    ...views.map((view) => ({ href: hrefOf(view), title: titleOf(view), hint: 'page' })),
    ...tools.map((tool) => ({ href: hrefOf('tools', tool.name), title: tool.title, hint: tool.name })),
  ]
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = targets.filter(({ title, hint }) => words.every((word) => `${title} ${hint}`.toLowerCase().includes(word))).slice(0, 9)

  const open = (target: Target | undefined): void => {
    if (target === undefined) return
    onClose()
    go(target.href)
  }
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setChosen((chosen + step + found.length) % Math.max(found.length, 1))
    } else if (event.key === 'Enter') open(found[chosen])
  }
  return (
    <Sheet title="Go to" onClose={onClose}>
      <input
        className="input"
        role="combobox"
        aria-label="Page or tool"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={`palette-${chosen}`}
        placeholder="Train, drift, datasets …"
        value={text}
        // biome-ignore lint/a11y/noAutofocus: the person asked for this field with Ctrl+K.
        autoFocus={true}
        onChange={(event) => {
          setText(event.target.value)
          setChosen(0)
        }}
        onKeyDown={onKey}
      />
      <div id="palette-list" role="listbox" className="palette">
        {found.map((target, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: as above.
          // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the field opens the option.
          <div
            key={target.href}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            className="palette-item"
            onClick={() => open(target)}
          >
            <span>{target.title}</span>
            <span className="muted small">{target.hint}</span>
          </div>
        ))}
        {found.length === 0 && <p className="muted small">Nothing is called that.</p>}
      </div>
    </Sheet>
  )
}
