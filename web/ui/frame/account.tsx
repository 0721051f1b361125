/** Whether the server is heard, in which workspace one is, and the way out where one signed in. */
import type { JSX } from 'react'
import { get, remove, session } from '../api.ts'
import { at, textAt } from '../json.ts'
import { connection } from '../live.ts'
import { useResource } from '../resource.ts'
import { useStore } from '../store.ts'

const words = { connecting: 'Connecting', live: 'Live', lost: 'Reconnecting' } as const

export function Account(): JSX.Element {
  const state = useStore(connection)
  const { value } = useResource('session', (signal) => get('/api/session', signal))
  const caller = at(value, 'caller')
  const workspace = textAt(caller, 'workspace')
  const signOut = async (): Promise<void> => {
    await remove('/api/session')
    session.set('locked')
  }
  return (
    <>
      <span
        className="connection"
        data-state={state}
        role="status"
        title={`${textAt(caller, 'name') ?? ''}, ${textAt(caller, 'role') ?? ''}`}
      >
        {state === 'live' && workspace !== undefined ? `Live · ${workspace}` : words[state]}
      </span>
      {textAt(value, 'auth') === 'token' && (
        <button type="button" className="button small quiet" onClick={() => void signOut().catch(() => {})}>
          Sign out
        </button>
      )}
    </>
  )
}
