/** A side drawer and a small sheet, both native modal dialogs: focus stays inside, Escape closes, focus returns where it was. */
import { type JSX, type MouseEvent, type ReactNode, useEffect, useRef } from 'react'
import { Icon } from './icon.tsx'

interface Props {
  readonly title: string
  readonly subtitle?: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}

export function Drawer({ title, subtitle, onClose, children }: Props): JSX.Element {
  return (
    <Modal className="drawer" label={title} onClose={onClose}>
      <header className="drawer-head">
        <div>
          <h2>{title}</h2>
          {subtitle !== undefined && <div className="muted small">{subtitle}</div>}
        </div>
        <button type="button" className="icon-button" onClick={onClose} aria-label="Close">
          <Icon name="close" />
        </button>
      </header>
      <div className="drawer-body">{children}</div>
    </Modal>
  )
}

export function Sheet({ title, onClose, children }: Props): JSX.Element {
  return (
    <Modal className="sheet" label={title} onClose={onClose}>
      <div className="sheet-body">
        <h2>{title}</h2>
        {children}
      </div>
    </Modal>
  )
}

function Modal(props: {
  readonly className: string
  readonly label: string
  readonly onClose: () => void
  readonly children: ReactNode
}): JSX.Element {
  const { className, label, onClose, children } = props
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const shown = dialog.current
    if (shown !== null && !shown.open) shown.showModal()
    return () => shown?.close()
  }, [])

  const onBackdrop = (event: MouseEvent<HTMLDialogElement>): void => {
    if (event.target === event.currentTarget) onClose()
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a modal dialog natively; the click is for the backdrop.
    <dialog ref={dialog} className={className} aria-label={label} onCancel={onClose} onClick={onBackdrop}>
      {children}
    </dialog>
  )
}
