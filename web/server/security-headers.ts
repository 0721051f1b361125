/** What a browser may do with our pages: run only our own scripts, talk only to us, and never be framed. */
import type { RequestHandler } from 'express'

const policy = (styles: string, images: string): string =>
  [
    "default-src 'self'",
    "script-src 'self'",
    `style-src ${styles}`,
    `img-src ${images}`,
    "font-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

const common = new Map([
  ['content-security-policy', policy("'self'", "'self'")],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'same-origin'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
])

/** Swagger UI writes style attributes and holds its icons in its style sheet; nothing else is looser there. */
export const docsPolicy = policy("'self' 'unsafe-inline'", "'self' data:")

export const securityHeaders: RequestHandler = (_req, res, next) => {
  res.setHeaders(common)
  next()
}
