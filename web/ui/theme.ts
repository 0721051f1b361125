/** Light or dark: the system's wish until a person chooses; the choice is kept in this browser. */
import { createStore } from './store.ts'

export type Theme = 'light' | 'dark'

const key = 'millrace.theme'

export const theme = createStore<Theme>(chosen() ?? wished())

/** Takes up an earlier choice, and follows the system while there is none. Returns the way to stop. */
export function followTheme(): () => void {
  const query = window.matchMedia('(prefers-color-scheme: dark)')
  const follow = (): void => show(chosen())
  follow()
  query.addEventListener('change', follow)
  return () => query.removeEventListener('change', follow)
}

export function toggleTheme(): void {
  const next = theme.get() === 'dark' ? 'light' : 'dark'
  try {
    localStorage.setItem(key, next)
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  show(next)
}

/** The style sheet follows the system by itself; the attribute overrules it. */
function show(choice: Theme | undefined): void {
  if (choice === undefined) delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = choice
  theme.set(choice ?? wished())
}

function chosen(): Theme | undefined {
  try {
    const kept = localStorage.getItem(key)
    return kept === 'light' || kept === 'dark' ? kept : undefined
  } catch {
    return undefined
  }
}

function wished(): Theme {
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}
