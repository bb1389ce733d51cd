// Signals to a process of one service: what SIGTERM, Ctrl-C and a second signal do.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { freePort } from '../tests/fixture.ts'

const children: ChildProcess[] = []
after(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** A gateway alone: the only service without a database. Its front page needs no other service. */
async function startGateway(drainSeconds: number) {
  const [port, operationsPort] = [await freePort(), await freePort()]
  const { NODE_TEST_CONTEXT: _, ...ours } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts'), '--alone', 'gateway'], {
    env: {
      ...ours,
      BUS_URL: 'memory:',
      PORT: String(port),
      SOUK_OPERATIONS_PORT: String(operationsPort),
      SOUK_LOG_LEVEL: 'silent',
      SOUK_DRAIN_SECONDS: String(drainSeconds),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  children.push(child)
  let said = ''
  child.stderr?.on('data', (chunk) => (said += chunk))
  const ended = once(child, 'exit').then(([code]) => code as number)
  const ask = async (path: string, at = port) => {
    const answer = await fetch(`http://127.0.0.1:${at}${path}`).catch(() => undefined)
    await answer?.text()
    return answer
  }
  const readiness = async () => {
    assert.equal(child.exitCode, null, said)
    return (await ask('/health/ready', operationsPort))?.status
  }
  await eventually('it is ready', async () => (await readiness()) === 200, 60)
  return { child, ended, ask, readiness }
}

test('after SIGTERM a process is not ready, still takes requests for a while, and ends well', async () => {
  const { child, ended, ask, readiness } = await startGateway(2)
  child.kill('SIGTERM')
  await eventually('it says that it is not ready', async () => (await readiness()) === 503)
  const answer = await ask('/docs')
  assert.deepEqual([answer?.status, answer?.headers.get('connection')], [200, 'close'])
  assert.equal(await ended, 0)
})

test('a second SIGTERM ends it at once', async () => {
  const { child, ended, readiness } = await startGateway(600)
  child.kill('SIGTERM')
  await eventually('it says that it is not ready', async () => (await readiness()) === 503)
  await eventually('it ends', () => {
    child.kill('SIGTERM')
    return child.exitCode !== null
  })
  assert.equal(await ended, 1)
})

test('Ctrl-C has no grace time', async () => {
  const { child, ended } = await startGateway(600)
  child.kill('SIGINT')
  assert.equal(await ended, 0)
})
