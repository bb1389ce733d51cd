// One digest changes, and nothing else.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { withDigest } from './values-digest.ts'

const digest = `sha256:${'a1'.repeat(32)}`
const values = (line: string) =>
  `# Staging\nservices:\n  orders:\n    image:\n      digest: ours\nimage: # one\n  repository: r\n  # why\n${line}\n\nbackup:\n  digest: theirs\n`

test('the digest of the image changes; comments and other digests stay', () => {
  for (const before of ['digest: sha256:old', 'digest: "sha256:old"', "digest: ''", 'digest:']) {
    assert.equal(withDigest(values(`  ${before}`), digest), values(`  digest: ${digest}`), before)
  }
  assert.equal(
    withDigest(values('  digest: old # built by hand'), digest),
    values(`  digest: ${digest} # built by hand`),
  )
})

test('values without one line for it, and words that are no digest, are refused', () => {
  assert.throws(() => withDigest(values('  tag: v1'), digest), /0 lines/)
  assert.throws(() => withDigest(values('  digest: a\n  digest: b'), digest), /2 lines/)
  for (const wrong of ['latest', 'sha256:ab', `${digest}\nevil: true`, digest.toUpperCase()]) {
    assert.throws(() => withDigest(values('  digest: a'), wrong), /Not a digest/)
  }
})

test('the command changes the file, or says in one sentence why not and leaves it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'souk-values-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'values.yaml')
  const run = (...words: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, '../set-digest.ts'), ...words], { encoding: 'utf8' })
  writeFileSync(file, values('  digest: a'))
  assert.equal(run(file, 'latest').status, 1)
  assert.equal(readFileSync(file, 'utf8'), values('  digest: a'))
  assert.equal(run(file, digest).status, 0)
  assert.equal(readFileSync(file, 'utf8'), values(`  digest: ${digest}`))
  assert.equal(run(join(folder, 'none.yaml'), digest).status, 1)
  assert.equal(run(file).status, 2)
})
