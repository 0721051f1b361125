/** The page's own icons: strokes on a 24-unit square, drawn in the colour of the text around them. */
import type { JSX } from 'react'

const paths = {
  chat: 'M4 5.5h16v11H9.5L5 20v-3.5H4z',
  tools: 'M14.5 6.5a4 4 0 0 0-5.3 4.9L4 16.6V20h3.4l5.2-5.2a4 4 0 0 0 4.9-5.3l-2.6 2.6-2.9-.7-.7-2.9z',
  datasets:
    'M5 6c0-1.4 3.1-2.5 7-2.5S19 4.6 19 6s-3.1 2.5-7 2.5S5 7.4 5 6zm0 0v12c0 1.4 3.1 2.5 7 2.5s7-1.1 7-2.5V6M5 12c0 1.4 3.1 2.5 7 2.5s7-1.1 7-2.5',
  runs: 'M4 19V5m0 14h16M8 15l3.5-4.5 3 2.5L20 6.5',
  models: 'M12 3.5 19.5 7.8v8.4L12 20.5l-7.5-4.3V7.8zM4.5 7.8 12 12.1l7.5-4.3M12 12.1v8.4',
  collections: 'M5 4.5h9l5 5v10H5zM14 4.5v5h5M8.5 13.5h7M8.5 16.5h5',
  approvals: 'M12 3.5 19 6v5.5c0 4.3-2.9 7.3-7 9-4.1-1.7-7-4.7-7-9V6zM8.8 11.8l2.3 2.3 4.2-4.4',
  plan: 'M4.5 6.5l1.6 1.6L9 5.2M4.5 16.5l1.6 1.6 2.9-2.9M12 7h7.5M12 17h7.5',
  agent: 'M12 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM5 20c.5-3.7 3.3-6 7-6s6.5 2.3 7 6',
  dot: 'M12 11v2',
  skip: 'M7 12h10',
  servers: 'M4 5h16v5.5H4zM4 13.5h16V19H4zM7.5 7.7h.1M7.5 16.2h.1',
  play: 'M8 5.5v13l10-6.5z',
  plus: 'M12 5v14M5 12h14',
  send: 'M12 19V5.5M6 11.5l6-6 6 6',
  stop: 'M7 7h10v10H7z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M18.4 5.6l-1.1 1.1M6.7 17.3l-1.1 1.1',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warning: 'M12 4 21 19.5H3zM12 10v4.5M12 17v.2',
  keyboard: 'M3.5 7h17v10h-17zM7 10.5h.1M10.3 10.5h.1M13.6 10.5h.1M17 10.5h.1M8 14h8',
  down: 'M6 9.5l6 6 6-6',
  search: 'M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l5 5',
  remove: 'M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7',
  copy: 'M9 9h10.5v10.5H9zM6 15H4.5V4.5H15V6',
  quote: 'M6 16.5c2.5-1 3.5-3 3.5-6V8H5v4h2.5M14.5 16.5c2.5-1 3.5-3 3.5-6V8h-4.5v4H16',
} as const

export type IconName = keyof typeof paths

/** Decorative: the words beside it, or the label of its button, say what it means. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  )
}

/** The mill wheel over its race. */
export function Mark({ size = 24 }: { readonly size?: number }): JSX.Element {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.4"
      strokeLinecap="round"
    >
      <circle cx="16" cy="12.5" r="6.4" />
      <path d="M16 3.5v18M7 12.5h18M9.7 6.2l12.6 12.6M22.3 6.2 9.7 18.8" strokeWidth="1.6" />
      <path d="M3 26.5c3.2-2.9 6-2.9 8.6 0s5.2 2.9 8.4 0 5.8-2.9 9 0" />
    </svg>
  )
}
