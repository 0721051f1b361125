/** The resources that a 2026-07-28 client wants to hear of: the protocol's own stream filters by them, and we must know them too. */
import { z } from 'zod'

const listening = z.object({
  method: z.literal('subscriptions/listen'),
  params: z.object({ notifications: z.object({ resourceSubscriptions: z.array(z.string()) }) }),
})

/** Most URIs of one stream. */
const most = 1000

/** None for any other message. */
export function watchedUris(message: unknown): readonly string[] {
  if (typeof message !== 'object' || message === null || Reflect.get(message, 'method') !== 'subscriptions/listen') return []
  const parsed = listening.safeParse(message)
  return parsed.success ? [...new Set(parsed.data.params.notifications.resourceSubscriptions)].slice(0, most) : []
}
