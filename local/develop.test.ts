// `npm run dev`: the pages are rendered from their sources, and nothing stays behind when it is stopped.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { freePort } from '../tests/fixture.ts'

test('a page is served from its sources, and SIGTERM ends the server, too', async (t) => {
  const port = await freePort()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'develop.ts'), '--port', String(port)], {
    env: { ...process.env, GATEWAY_URL: 'http://127.0.0.1:9' },
    stdio: 'pipe',
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  t.after(() => child.kill())
  const ask = () => fetch(`http://localhost:${port}/en/info/terms`, { signal: AbortSignal.timeout(20_000) })
  await eventually(
    'it serves',
    () =>
      ask().then(
        ({ ok }) => ok,
        () => child.exitCode !== null,
      ),
    60,
  )
  if (said.includes('already running')) return t.skip('npm run dev is running here')
  assert.match(await (await ask()).text(), /<h1[^>]*>Terms/, said)
  child.kill('SIGTERM')
  await once(child, 'exit')
  await assert.rejects(ask(), 'Nobody listens any more.')
})
