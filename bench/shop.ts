// Starts the measured shop as a process of its own, and asks it things.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { ensureStorefrontIsBuilt } from '../local/build-storefront.ts'
import { say } from './report.ts'

export interface BenchShop {
  url: string
  startedMs: number
  busUrl: string
  ask(
    question: 'seed' | 'seed many' | 'stock' | 'leave' | 'settle' | 'memory' | 'processor' | 'schedules' | 'stop',
    value?: unknown,
  ): Promise<unknown>
  pid: number
}

export async function startShop(dataFolder: string, port: number): Promise<BenchShop> {
  await ensureStorefrontIsBuilt(say)
  const began = performance.now()
  const child = fork(join(import.meta.dirname, 'shop-process.ts'), [dataFolder, String(port)], {
    serialization: 'advanced',
    execArgv: process.execArgv,
  })
  const waiting = new Map<number, { ask: string; resolve(answer: unknown): void; reject(error: Error): void }>()
  let next = 0
  const busUrl = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: { ready?: boolean; busUrl?: string; id?: number; answer?: unknown }) => {
      if (message.ready) resolve(message.busUrl as string)
      else {
        waiting.get(message.id as number)?.resolve(message.answer)
        waiting.delete(message.id as number)
      }
    })
    child.once('exit', (code) => {
      reject(new Error(`The shop ended with code ${code} before it was ready.`))
      for (const { ask, ...one } of waiting.values())
        if (ask === 'stop') one.resolve(undefined)
        else one.reject(new Error('The shop ended.'))
    })
  })
  return {
    url: `http://127.0.0.1:${port}`,
    startedMs: performance.now() - began,
    busUrl,
    pid: child.pid as number,
    ask: (ask, value) =>
      new Promise((resolve, reject) => {
        const id = next++
        waiting.set(id, { ask, resolve, reject })
        child.send({ id, ask, value })
      }),
  }
}
