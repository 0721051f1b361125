/** Work that comes round: the next turn is set when the last one has ended, so turns never overlap. */

export interface Repeating {
  /** Resolves when the turn in progress, if any, has ended. */
  stop(): Promise<void>
}

/** The first turn is after `ms`. An error of one turn is reported and the next one comes. */
export function repeat(ms: number, turn: () => Promise<void>, onError: (error: unknown) => void): Repeating {
  let stopped = false
  let inTurn: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout
  const next = (): void => {
    timer = setTimeout(() => {
      inTurn = turn()
        .catch(onError)
        .then(() => {
          if (!stopped) next()
        })
    }, ms)
  }
  next()
  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
      return inTurn
    },
  }
}
