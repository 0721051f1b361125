/** How a tool names a file that its caller has sent before. */
import { z } from 'zod'

export const uploadDigest = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
