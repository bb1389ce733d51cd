// A shop for people in a browser: `npm start` as a process of its own, with the demo's goods, on a free port and in a folder that is
// thrown away.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { removeDataFolder } from '../../local/postgres-home.ts'
import { listeningPort } from './listening-port.ts'

export const staffPassword = 'a-password-for-tests-only'
const startSeconds = 240
const stopSeconds = 30

export interface StartedShop {
  readonly url: string
  stop(): Promise<void>
}

/** Starts the shop and waits until it has its goods. Throws with what the shop said when it does not start. */
export async function startShop(): Promise<StartedShop> {
  const folder = mkdtempSync(join(tmpdir(), 'souk-front-'))
  const [port, operationsPort] = [await listeningPort(), await listeningPort()]
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../local/start.ts')], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // With the channel it stops when this process ends, however it ends.
    env: {
      ...process.env,
      PORT: String(port),
      SOUK_OPERATIONS_PORT: String(operationsPort),
      SOUK_DATA: folder,
      SOUK_POSTGRES_PORT: '0',
      SOUK_STAFF_PASSWORD: staffPassword,
      // Everybody in these tests has one address.
      GATEWAY_RATE_LIMIT: 'off',
      USERS_SIGN_UPS_PER_MINUTE: '1000',
      NOTIFICATIONS_PUSH_LOOPBACK: 'on', // The push service of the tests is on this machine.
    },
  })
  const stop = async () => {
    await stopChild(child)
    removeDataFolder(folder)
  }
  try {
    await isOpen(child)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `http://localhost:${port}`, stop }
}

function isOpen(child: ChildProcess): Promise<void> {
  let said = ''
  return new Promise((done, fail) => {
    const late = setTimeout(
      () => fail(new Error(`The shop did not open in ${startSeconds} s: ${said}`)),
      startSeconds * 1000,
    )
    const hear = (text: Buffer) => {
      said = (said + text).slice(-4_000)
      if (!said.includes('Ctrl-C stops it')) return
      clearTimeout(late)
      done()
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', (code) => {
      clearTimeout(late)
      fail(new Error(`The shop ended with ${code}: ${said}`))
    })
  })
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const last = setTimeout(() => child.kill('SIGKILL'), stopSeconds * 1000)
  await ended
  clearTimeout(last)
}
