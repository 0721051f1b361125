/** What went wrong in SQL, alike for both databases. */

/** `code` is the SQLSTATE. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  readonly code: string
  readonly constraint: string | undefined

  constructor(message: string, code: string, constraint?: string) {
    super(message)
    this.code = code
    this.constraint = constraint
  }
}

export interface SqlErrorParts {
  readonly message: string
  readonly code: string
  readonly constraint?: string
}

export function partsOf(error: unknown): SqlErrorParts {
  const message = error instanceof Error ? error.message : String(error)
  if (typeof error !== 'object' || error === null) return { message, code: 'XX000' }
  const code = Reflect.get(error, 'code')
  const constraint = Reflect.get(error, 'constraint')
  return {
    message,
    code: typeof code === 'string' ? code : 'XX000',
    ...(typeof constraint === 'string' ? { constraint } : {}),
  }
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof SqlError && error.code === '23505'
}
