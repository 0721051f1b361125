/** Idempotency keys of chat turns: a turn that ended well is told again from memory, one that broke may be asked again. */
import type { Event } from '@ag-ui/core'
import type { Caller } from '../../platform/caller.ts'
import { digestOf } from '../../platform/canonical.ts'
import { Fault } from '../../platform/fault.ts'

export interface TurnRecord {
  add(event: Event): void
  /** Keeps the turn when it ended in RUN_FINISHED; forgets the key otherwise, so that a retry runs. */
  end(): void
}

export interface TurnKeys {
  /**
   * The events of the turn that this key stands for, or a record for a new one.
   * Throws `conflict` when the key stands for another input, or for a turn that still goes on.
   */
  begin(caller: Caller, key: string, input: unknown): { readonly replay: readonly Event[] } | { readonly record: TurnRecord }
}

interface Turn {
  readonly digest: string
  readonly events: Event[]
  characters: number
  ended: boolean
}

/** A retry comes within minutes; older turns make room. */
const mostTurns = 500
/** A turn that said more than this is not kept whole. */
const mostCharacters = 256 * 1024

export function createTurnKeys(): TurnKeys {
  const turns = new Map<string, Turn>()
  return {
    begin: (caller, key, input) => {
      const name = JSON.stringify([caller.workspace, caller.id, key])
      const digest = digestOf(input)
      const known = turns.get(name)
      if (known !== undefined) return { replay: replayOf(known, key, digest) }
      const turn: Turn = { digest, events: [], characters: 0, ended: false }
      makeRoom(turns)
      turns.set(name, turn)
      return { record: recordOf(turn, () => turns.delete(name)) }
    },
  }
}

function replayOf(turn: Turn, key: string, digest: string): readonly Event[] {
  if (turn.digest !== digest)
    throw new Fault('conflict', `Idempotency-Key '${key}' was used for another turn. Send a new key with this input.`)
  if (!turn.ended) throw new Fault('conflict', `The turn with Idempotency-Key '${key}' still goes on. Ask again when it has ended.`)
  if (turn.characters > mostCharacters)
    throw new Fault('conflict', `The turn with Idempotency-Key '${key}' has ended. Read its answer at /api/threads/{id}/messages.`)
  return turn.events
}

function recordOf(turn: Turn, forget: () => void): TurnRecord {
  return {
    add: (event) => {
      turn.characters += JSON.stringify(event).length
      if (turn.characters > mostCharacters) turn.events.splice(0, turn.events.length - 1)
      turn.events.push(event)
    },
    end: () => {
      turn.ended = true
      if (turn.events.at(-1)?.type !== 'RUN_FINISHED') forget()
    },
  }
}

function makeRoom(turns: Map<string, Turn>): void {
  for (const oldest of turns.keys()) {
    if (turns.size < mostTurns) return
    turns.delete(oldest)
  }
}
