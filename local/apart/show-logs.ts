// Prints what is written to log files from now on, each line behind the name of its process, until the process that started this one
// closes the channel. `npm run start:apart -- --logs` starts it with the paths of the files.
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { lineReader, withName } from './log-lines.ts'

const lookAgainMs = 200
const chunkBytes = 64 * 1024

let isEnding = false
process.once('disconnect', () => {
  isEnding = true
})
await Promise.all(process.argv.slice(2).map(follow))

async function follow(path: string): Promise<void> {
  const name = basename(path, '.log')
  const file = await open(path, 'a+', 0o600)
  const buffer = Buffer.alloc(chunkBytes)
  const reader = lineReader((line) => process.stdout.write(withName(name, line)))
  let { size: position } = await file.stat()
  for (let isLast = false; !isLast; ) {
    isLast = isEnding
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, position)
      if (bytesRead === 0) break
      position += bytesRead
      reader.read(buffer.subarray(0, bytesRead))
    }
    if (!isLast) await pause(lookAgainMs)
  }
  await file.close()
}
