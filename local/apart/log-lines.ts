// Lines of several processes on one output: whole lines only, each behind the name of its process.
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** The longest name of a process: `notifications.10`. */
const nameWidth = 16

/** Prints each line of a stream behind a name, and passes it to `onLine`. */
export function printLines(
  stream: Readable,
  name: string,
  out: { write(text: string): unknown },
  onLine: (line: string) => void = () => undefined,
): void {
  const lines = lineReader((line) => {
    out.write(withName(name, line))
    onLine(line)
  })
  stream.on('data', lines.read)
  stream.once('close', lines.end)
}

/** The line behind the name of its process, in columns. */
export function withName(name: string, line: string): string {
  return `${name.padEnd(nameWidth)} | ${line}\n`
}

/** Cuts bytes into lines of UTF-8. `end` gives out a last line without an end. */
export function lineReader(onLine: (line: string) => void) {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return {
    read(bytes: Buffer) {
      const parts = (rest + decoder.write(bytes)).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) onLine(line)
    },
    end() {
      if (rest) onLine(rest)
      rest = ''
    },
  }
}
