// Which port the shop listens on: the one that was asked for, or the next that is free.
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@souk/contracts'
import { WrongSettings } from '@souk/service'

/** Where services listen when each has a process of its own and nothing else is said (<NAME>_URL). */
export const ports: Record<ServiceName, number> = {
  gateway: 4000,
  users: 4101,
  products: 4102,
  inventory: 4103,
  orders: 4104,
  payments: 4105,
  notifications: 4106,
  storefront: 4107,
}
export const serviceNames = Object.keys(ports) as ServiceName[]

/**
 * The wanted port, or the next that is free when nobody asked for a certain one. `waitSeconds`: how long the wanted one may still be
 * in use by a process that is about to end.
 */
export async function choosePort(
  host: string,
  wanted: number,
  { isCertain, waitSeconds = 0 }: { isCertain: boolean; waitSeconds?: number },
): Promise<number> {
  const until = Date.now() + waitSeconds * 1000
  while (!(await isFree(host, wanted)) && Date.now() < until) await pause(100)
  for (let port = wanted; port < wanted + 20; port++) {
    if (await isFree(host, port)) {
      if (port !== wanted) process.stderr.write(`  Port ${wanted} is taken, so the shop listens on port ${port}.\n`)
      return port
    }
    if (isCertain) throw new WrongSettings(`Port ${wanted} is taken. Stop what uses it, or set PORT to another one.`)
  }
  throw new WrongSettings(`The ports from ${wanted} on are taken. Set PORT to a free one.`)
}

/** Whether a server could listen here. Throws WrongSettings when this machine has no such address. */
export function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE') resolve(false)
      else reject(new WrongSettings(`Souk cannot listen on HOST ${host}, PORT ${port} (${code}).`))
    })
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/** Under which host this machine reaches its own processes that listen on `host`. */
export function reachable(host: string): string {
  if (['0.0.0.0', '::', 'localhost'].includes(host)) return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
