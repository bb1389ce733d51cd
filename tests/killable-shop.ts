// A shop that can be killed and started again: the process of shop-process.ts on databases that stay.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { type Finding, verifyShop } from '../verify/verify-shop.ts'
import { customerOf } from './customer.ts'
import { databaseNames, freePort } from './fixture.ts'
import type { Good } from './goods.ts'

export type KillableShop = Awaited<ReturnType<typeof prepareShop>>

/** `busUrl`: a broker that runs already. Without it, the shop has the embedded one, in its database `bus`. */
export async function prepareShop({ busUrl }: { busUrl?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'souk-mortal-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const names = [...databaseNames, 'bus']
  const databases: Record<string, string> = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await createDatabase()] as const)),
  )
  const journal = join(folder, 'journal.jsonl')
  const logFile = join(folder, 'shop.log')
  let child: ChildProcess | undefined

  return {
    ...customerOf(url),
    databases,
    busUrl,
    /** Starts the shop and resolves when it is open; with a crash point also when it died before. */
    async start(crashpoint?: string): Promise<void> {
      child?.kill('SIGKILL')
      await this.death(5)
      const urls = Object.entries(databases).map(([name, its]) => [`${name.toUpperCase()}_DATABASE_URL`, its])
      const { NODE_TEST_CONTEXT: _, SOUK_CRASHPOINT: __, BUS_URL: ___, ...ours } = process.env
      child = fork(join(import.meta.dirname, 'shop-process.ts'), [String(port)], {
        env: {
          ...ours,
          ...Object.fromEntries(urls),
          ...(busUrl ? { BUS_URL: busUrl } : {}),
          ...(crashpoint ? { SOUK_CRASHPOINT: crashpoint } : {}),
          SOUK_PUBLIC_URL: url,
          SOUK_LOG_FILE: logFile,
          GATEWAY_RATE_LIMIT: 'off',
          PAYMENTS_SIMULATOR_FOLDER: folder,
        },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      })
      let complaint = ''
      child.stderr?.on('data', (text) => {
        complaint += text
      })
      await Promise.race([once(child, 'message'), once(child, 'exit')])
      const isBroken = child.exitCode !== null || (child.signalCode !== null && !crashpoint)
      if (isBroken) throw new Error(`The shop did not start: ${complaint}`)
    },
    async putGoods(...goods: Good[]): Promise<void> {
      child?.send({ goods })
      if (child) await Promise.race([once(child, 'message'), once(child, 'exit')])
    },
    /** How the process ended: the signal that killed it. */
    async death(seconds: number): Promise<NodeJS.Signals | null> {
      if (!child) return null
      if (child.exitCode === null && child.signalCode === null) {
        const signal = AbortSignal.timeout(seconds * 1000)
        await once(child, 'exit', { signal }).catch(() => undefined)
      }
      return child.signalCode
    },
    kill: () => void child?.kill('SIGKILL'),
    /** The invariants that do not hold, if nothing is under way any more. */
    findings: (): Promise<Finding[]> => verifyShop(databases, { quiet: true, journal }),
    log: () => readFileSync(logFile, 'utf8'),
    async stop(): Promise<void> {
      child?.kill('SIGKILL')
      await this.death(5)
      await Promise.all(Object.values(databases).map(dropDatabase))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
