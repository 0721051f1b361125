/** Who calls through OpenAI's protocol: a program, so an agent to the policy, whoever holds the key. */
import type { Request } from 'express'
import type { Caller } from '../../platform/caller.ts'
import type { ServerContext } from './context.ts'

/**
 * OpenAI's clients insist on some key. Where none is needed (`local` mode) what is no token of any kind is read over; a token
 * is checked all the same. Throws `unauthenticated`.
 */
export async function openAiCaller({ callers, auth }: Pick<ServerContext, 'callers' | 'auth'>, req: Request): Promise<Caller> {
  const key = /^Bearer +(\S.*)$/i.exec(req.headers.authorization ?? '')?.[1]
  const isToken = key !== undefined && /^mlr_|^[\w-]+\.[\w-]+\.[\w-]*$/.test(key)
  if (auth === 'local' && key !== undefined && !isToken) delete req.headers.authorization
  return { ...(await callers.identify(req)), kind: 'agent', channel: 'http' }
}
