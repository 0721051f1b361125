/** What a collection of documents may be called, on every tool alike. */
import { z } from 'zod'

export const collectionName = z
  .string()
  .min(1)
  .max(100)
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}._ -]*$/u,
    'must begin with a letter or digit and hold only letters, digits, spaces, dots, dashes and underscores',
  )
