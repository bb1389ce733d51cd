// Other users of the machine can read nothing of a shop's data, not even of one that an older version has left open.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

test('a data folder is closed when the shop starts on it, and what is made in it later is closed, too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'souk-open-'))
  try {
    const data = join(folder, 'data')
    mkdirSync(join(data, 'simulator'), { recursive: true })
    const old = ['souk.log', 'souk.log.1', 'orders.log', 'secrets.json', join('simulator', 'journal.jsonl')]
    for (const name of old) writeFileSync(join(data, name), 'secret')
    for (const name of ['.', 'simulator', ...old])
      chmodSync(join(data, name), name.includes('.') && name !== '.' ? 0o644 : 0o755)
    // A process of its own: it changes what all files of a process are made with.
    const script = `
      import { mkdirSync, writeFileSync } from 'node:fs'
      import { openJournal } from ${JSON.stringify(join(import.meta.dirname, '../services/payments/providers/simulator/journal.ts'))}
      import { closeToOthers } from ${JSON.stringify(join(import.meta.dirname, 'close-to-others.ts'))}
      closeToOthers(process.argv[1])
      closeToOthers(process.argv[1])
      writeFileSync(process.argv[1] + '/later', 'secret')
      mkdirSync(process.argv[1] + '/later-folder')
      await (await openJournal({ folder: process.argv[1] + '/bank', isShared: true, apply: () => {} })).close()`
    const outcome = spawnSync(process.execPath, ['--input-type=module', '-e', script, data], { encoding: 'utf8' })
    assert.equal(outcome.status, 0, outcome.stderr)
    const all = ['.', ...globSync('**', { cwd: data }).filter((name) => name !== '.')]
    assert.ok(all.length >= old.length + 6, all.join())
    for (const name of all) {
      const found = lstatSync(join(data, name))
      assert.equal(found.mode & 0o777, found.isDirectory() ? 0o700 : 0o600, name)
    }
    assert.equal(readFileSync(join(data, 'souk.log'), 'utf8'), 'secret')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a log file is made for its owner alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'souk-log-'))
  try {
    const file = join(folder, 'logs', 'orders.log')
    const script = `
      import { makeLog } from ${JSON.stringify(join(import.meta.dirname, '../packages/service/run/log.ts'))}
      process.umask(0o022)
      makeLog({ file: process.argv[1] }).info({}, 'A line.')`
    execFileSync(process.execPath, ['--input-type=module', '-e', script, file])
    assert.equal(statSync(file).mode & 0o777, 0o600)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
