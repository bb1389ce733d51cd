// Checks that sharp, which makes pictures' sizes in another process, can be loaded. It tries in a process of its own: this one never
// loads sharp, so that a malicious picture cannot bring it down.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { loadPart } from '@souk/service'

const atMostMs = 30_000

/** Throws MissingPackage when sharp cannot be loaded. */
export async function checkSharp(): Promise<void> {
  const words = [
    '--input-type=module',
    '--eval',
    `try { await import('sharp') } catch (error) { console.log(error.message) }`,
  ]
  const options = { cwd: import.meta.dirname, env: { PATH: process.env.PATH }, timeout: atMostMs }
  await loadPart('products', 'sharp', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, words, options)
    if (stdout) throw new Error(stdout)
  })
}
