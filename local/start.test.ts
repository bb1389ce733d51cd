// A start with wrong settings: a sentence for each of them, and nothing has begun.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'souk-start-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

/** What a start says that does not come to anything. */
async function refusedStart(
  env: Record<string, string>,
  [script = 'start.ts', ...words]: string[] = [],
): Promise<string> {
  const data = join(folder, 'data')
  const { NODE_TEST_CONTEXT: _, ...ours } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...words], {
    env: { ...ours, SOUK_DATA: data, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  assert.equal(code, 1, said)
  assert.ok(!existsSync(data), 'Nothing has begun.')
  return said
}

for (const words of [['start.ts'], ['start.ts', '--apart'], ['start.ts', '--alone', 'orders']]) {
  test(`wrong settings are told by name, all at once (${words.join(' ')})`, async () => {
    const said = await refusedStart(
      {
        PORT: 'abc',
        SOUK_POSTGRES_PORT: '99999',
        SOUK_OPERATIONS_PORT: '-1',
        SOUK_PUBLIC_URL: 'shop.example',
      },
      words,
    )
    assert.deepEqual(said.trim().split('\n'), [
      'Souk cannot start with these settings:',
      '  PORT must be a whole number from 1 to 65535: where it listens (1 to 65535).',
      '  SOUK_OPERATIONS_PORT must be a whole number from 0 to 65535: where health and metrics are served (0 to 65535).',
      '  SOUK_POSTGRES_PORT must be a whole number from 0 to 65535: where PostgreSQL listens (0 to 65535).',
      '  SOUK_PUBLIC_URL must be an address like https://shop.example, with nothing behind it: where people reach the shop.',
    ])
  })
}

test('the seed says it the same way', async () => {
  const said = await refusedStart({ SOUK_POSTGRES_PORT: 'abc' }, ['seed.ts'])
  assert.match(said, /^\s+Souk cannot start with these settings:\n {2}SOUK_POSTGRES_PORT must be a whole number.*\s+$/)
})

test('a port that is taken and an address that is not ours are told apart', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  assert.match(await refusedStart({ PORT: String(port) }), new RegExp(`^\\s+Port ${port} is taken\\. .*PORT.*\\s+$`))
  // An address kept for documentation, which no machine has.
  assert.match(
    await refusedStart({ HOST: '192.0.2.1' }),
    /^\s+Souk cannot listen on HOST 192\.0\.2\.1.*EADDRNOTAVAIL.*\s+$/,
  )
})
