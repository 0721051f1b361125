/** Structured logs as JSON lines on stderr, with secrets taken out before they are written. */
import pino from 'pino'
import type { Log } from '../platform.ts'

const secretFields = [
  'authorization',
  'cookie',
  'token',
  'password',
  'apiKey',
  'api_key',
  'openaiKey',
  'azureKey',
  'secret',
  'terminalToken',
]

/** Secrets inside longer texts: bearer tokens, our own tokens, API keys, passwords in connection strings. */
const secretTexts = /(bearer\s+)[\w.~+/-]+=*|mlr_[\w-]{20,}|sk-[\w-]{16,}|(\w+:\/\/[^:@\s/]+:)[^@\s/]+(?=@)/gi

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Default: standard error. */
  readonly destination?: { write(line: string): void }
}

export function createLog({ level, destination }: LogOptions): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[secret]' },
    serializers: { error: pino.stdSerializers.err },
    hooks: { streamWrite: (line) => line.replaceAll(secretTexts, (_, bearer = '', url = '') => `${bearer}${url}[secret]`) },
  }
  return pino(options, destination ?? pino.destination({ fd: 2, sync: true }))
}
