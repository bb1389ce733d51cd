// A port to listen on. Those that the system gives out itself (32768 and more) may become that of somebody's outgoing connection, before
// a shop has started or while one of its services is stopped.
import { randomInt } from 'node:crypto'
import { isFree } from '../../local/ports.ts'

const [first, last] = [10_000, 32_000]

export async function listeningPort(): Promise<number> {
  for (;;) {
    const port = randomInt(first, last)
    if (await isFree('127.0.0.1', port)) return port
  }
}
