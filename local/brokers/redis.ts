// A Redis server, as it is installed on this machine: for what a fleet shares (REDIS_URL), not for messages.
import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type BrokerKind, findProgram, freePort, launch, startBroker } from './broker.ts'

export const redis: BrokerKind = {
  name: 'redis',
  async missing() {
    if (findProgram('redis-server')) return undefined
    return 'Install Redis: apt-get install redis-server (Debian), brew install redis (macOS).'
  },
  async start({ folder, port: wanted }) {
    const program = findProgram('redis-server')
    if (!program) throw new Error(await redis.missing())
    const port = wanted ?? (await freePort())
    mkdirSync(folder, { recursive: true })
    const begin = () =>
      launch(program, ['--port', String(port), '--bind', '127.0.0.1', '--dir', join(folder, 'data')], {
        log: join(folder, 'redis.log'),
        answers: () => answersPing(port),
        seconds: 60,
      })
    return startBroker({ name: 'redis', url: `redis://127.0.0.1:${port}`, folder }, begin)
  },
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const answer = (isReady: boolean) => {
      socket.destroy()
      resolve(isReady)
    }
    socket.setTimeout(2_000, () => answer(false))
    socket.on('error', () => answer(false))
    socket.on('data', (data) => answer(data.toString().startsWith('+PONG')))
  })
}
