// For tests: the installed redis-server on loopback, with its data in a throw-away folder. It can be killed, frozen and started again.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@souk/service/fixture'
import { freePort } from '../fixture.ts'

export interface RedisServer {
  readonly port: number
  /** Starts it, also after `kill`: on the same port, without any data. Resolves when it accepts connections. */
  start(): Promise<void>
  kill(): Promise<void>
  /** Stops its process without closing a connection. */
  freeze(): void
  thaw(): void
  /** Sends one command to it by its own client, and resolves with what it answered. */
  command(...words: string[]): Promise<string>
  stop(): Promise<void>
}

/** `settings`: further words of its command line. */
export async function startRedis(...settings: string[]): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'souk-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined

  const server: RedisServer = {
    port,
    async start() {
      const own = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
      const listening = settings.includes('--tls-cert-file') ? ['--port', '0', '--tls-port', port] : ['--port', port]
      child = spawn('redis-server', [...own, ...listening.map(String), ...settings], { stdio: 'ignore' })
      child.on('error', (error) => console.error(`redis-server does not start; install it: ${error.message}`))
      await eventually('redis accepts connections', () => accepts(port), 20)
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async command(...words) {
      const client = spawn('redis-cli', ['-p', String(port), ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      client.stdout.on('data', (text) => (said += text))
      await once(client, 'exit')
      return said.trim()
    },
    async stop() {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
