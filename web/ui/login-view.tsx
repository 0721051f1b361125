/** Asks for an access token when the server wants one; the server then keeps the session in a cookie the page cannot read. */
import { type JSX, type SubmitEvent, useState } from 'react'
import { Problem, post, session } from './api.ts'
import { Mark } from './frame/icon.tsx'
import { Notice } from './frame/notice.tsx'

export function LoginView(): JSX.Element {
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState('')
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    try {
      await post('/api/session', { token: token.trim() })
      session.set('open')
    } catch (error) {
      setProblem(error instanceof Problem ? error.message : 'Signing in failed. Try again.')
    }
  }
  return (
    <main className="login">
      <form className="login-card" onSubmit={(event) => void submit(event)}>
        <div className="brand">
          <Mark size={30} />
          Millrace
        </div>
        <h1>Sign in</h1>
        <p className="muted">
          This server asks for an access token. Whoever runs it makes one with <code>npx millrace token</code>.
        </p>
        <label className="field">
          <span className="field-label">Access token</span>
          <input
            className="input"
            type="password"
            autoComplete="current-password"
            required={true}
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        {problem !== '' && <Notice>{problem}</Notice>}
        <button type="submit" className="button primary">
          Sign in
        </button>
      </form>
    </main>
  )
}
