// `npm run brokers`, and the choice of `npm run test:brokers`: what is there, what is missing, and that nothing is left behind. The
// broker here is a stand-in program that greets as NATS does, so that this runs where none is installed.
import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { eventually } from '@souk/service/fixture'

const folder = mkdtempSync(join(tmpdir(), 'souk-brokers-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const temporary = mkdtempSync(join(folder, 'tmp-'))
const standIn = join(folder, 'nats-server')
writeFileSync(
  standIn,
  `#!${process.execPath}
const { readFileSync } = require('node:fs')
const [, , flag, file] = process.argv
if (flag === '--version') console.log('nats-server: v9.8.7')
else {
  const port = Number(/127\\.0\\.0\\.1:(\\d+)/.exec(readFileSync(file, 'utf8'))[1])
  require('node:net').createServer((socket) => { socket.on('error', () => {}); socket.write('INFO ' + process.pid + '\\r\\n') }).listen(port, '127.0.0.1')
}
`,
)
chmodSync(standIn, 0o755)

function run(script: string, words: string[], env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  const { NODE_TEST_CONTEXT: _, KAFKA_HOME: __, ...ours } = process.env
  return spawn(process.execPath, [join(import.meta.dirname, script), ...words], {
    env: { ...ours, NATS_SERVER: standIn, TMPDIR: temporary, ...env },
  })
}

async function end(child: ChildProcessWithoutNullStreams) {
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { said, complaint, code }
}

/** Starts the broker and resolves when it says where it is. */
async function startBroker(...words: string[]) {
  const child = run('brokers.ts', ['start', 'nats', ...words])
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  await eventually('it says where it is', () => said.includes('Ctrl-C'), 30)
  const url = /^BUS_URL=(nats:\/\/127\.0\.0\.1:(\d+))$/m.exec(said)
  assert.ok(url, said)
  return { child, said, url: url[1] as string, port: Number(url[2]) }
}

/** The process id that the stand-in greets with; undefined when nobody listens. */
function greeted(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => resolve(undefined))
    socket.on('data', (data) => {
      socket.destroy()
      resolve(Number(data.toString().slice(5)))
    })
  })
}

test('a started broker says how the shop is started on it, comes back when it is killed, and leaves nothing after Ctrl-C', async () => {
  const { child, said, url, port } = await startBroker()
  assert.ok(said.includes(`BUS_URL=${url} npm run start:apart`), said)
  const first = (await greeted(port)) as number
  process.kill(first, 'SIGKILL')
  await eventually('it is back', async () => ((await greeted(port)) ?? first) !== first, 20)
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  assert.equal(await greeted(port), undefined)
  assert.deepEqual(readdirSync(temporary), [])
})

test('a broker ends with the command that started it, even when that is killed', async () => {
  const { child, port } = await startBroker()
  child.kill('SIGKILL')
  await eventually('nobody listens any more', async () => (await greeted(port)) === undefined, 20)
})

test('a folder that was given is kept', async () => {
  const data = join(folder, 'kept')
  const { child } = await startBroker('--data', data)
  child.kill('SIGTERM')
  await once(child, 'exit')
  assert.ok(existsSync(join(data, 'nats.conf')))
})

test('the list says of each broker which version is installed, or how it is', async () => {
  const { said, code } = await end(run('brokers.ts', []))
  assert.equal(code, 0)
  assert.match(said, /nats +installed, version 9\.8\.7/)
  assert.match(said, /kafka +not installed\. .*KAFKA_HOME/)
})

test('what is not installed is not started, and the command says how it is installed', async () => {
  const { said, complaint, code } = await end(run('brokers.ts', ['start', 'kafka']))
  assert.deepEqual([said, code], ['', 1])
  assert.match(complaint, /KAFKA_HOME/)
})

for (const words of [['start'], ['start', 'carrier-pigeon'], ['stop', 'nats'], ['start', 'nats', '--port', '0x50']]) {
  test(`the usage is the answer to "${words.join(' ')}"`, async () => {
    const { complaint, code } = await end(run('brokers.ts', words))
    assert.equal(code, 1)
    assert.match(complaint, /Usage: npm run brokers/)
  })
}

test('tests of a broker that is not installed fail and say how it is installed; an unknown one is named', async () => {
  const missing = await end(run('test.ts', ['--brokers', 'nats', 'kafka']))
  assert.deepEqual([missing.said, missing.code], ['', 1])
  assert.match(missing.complaint, /KAFKA_HOME/)
  const unknown = await end(run('test.ts', ['--brokers', 'nuts']))
  assert.equal(unknown.code, 1)
  assert.match(unknown.complaint, /There is no broker nuts; there are postgres, nats, /)
})
