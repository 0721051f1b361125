/** Something read from the server and kept fresh: the last value stays on screen while the next one loads. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useLive } from './live.ts'

export interface Resource<T> {
  readonly value: T | undefined
  readonly problem: Error | undefined
  readonly loading: boolean
  reload(): void
}

/** `load` runs again whenever `key` changes, on `reload`, and after live events named in `refreshOn`. */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>, refreshOn: readonly string[] = []): Resource<T> {
  const [state, setState] = useState<{ readonly key: string; readonly value?: T; readonly problem?: Error; readonly loading: boolean }>({
    key,
    loading: true,
  })
  const [turn, setTurn] = useState(0)
  const latest = useRef(load)
  useEffect(() => {
    latest.current = load
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` is what reload counts up.
  useEffect(() => {
    const abort = new AbortController()
    setState((old) => (old.key === key ? { ...old, loading: true } : { key, loading: true }))
    latest
      .current(abort.signal)
      .then((value) => setState({ key, value, loading: false }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return
        const problem = error instanceof Error ? error : new Error(String(error))
        setState((old) => ({ ...old, problem, loading: false }))
      })
    return () => abort.abort()
  }, [key, turn])

  const reload = useCallback(() => setTurn((n) => n + 1), [])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useLive(({ type }) => {
    if (type !== 'reconnected' && !refreshOn.includes(type)) return
    // A training reports many times a second; the list is read at most twice a second.
    clearTimeout(timer.current)
    timer.current = setTimeout(reload, 500)
  })
  useEffect(() => () => clearTimeout(timer.current), [])

  const fresh = state.key === key
  return { value: fresh ? state.value : undefined, problem: fresh ? state.problem : undefined, loading: state.loading || !fresh, reload }
}
