// One JSON line per request and per message. Values that must not be read are cut by name, whoever logs them.
import pino, { type Logger } from 'pino'

const hidden = ['password', 'token', 'authorization', 'cookie', 'accessKey', 'html', 'text', 'url', 'secret']

/** `file`: a path, or undefined for standard output. Lines are written in batches, off the request path. */
export function makeLog(options: { level?: string; file?: string } = {}): Logger {
  const destination = pino.destination({ dest: options.file ?? 1, sync: false, minLength: 8_192, mkdir: true })
  const timer = setInterval(() => destination.flush(), 500)
  timer.unref()
  return pino(
    {
      level: options.level ?? 'info',
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: hidden.flatMap((name) => [name, `*.${name}`]), censor: '(hidden)' },
    },
    destination,
  )
}
export type { Logger }
