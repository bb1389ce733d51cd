// Health of all processes in one answer, and the restart that `npm run restart` asks for, at an address that is never public.
import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WrongSettings } from '@souk/service'
import { serviceNames } from '../ports.ts'
import { isReady } from './instance.ts'
import { RestartFailed, type Supervisor } from './supervisor.ts'
import { readServiceNames } from './words.ts'

/** A line of the answer to a restart; the last one has `isDone`, or `failed` with the reason. */
export interface RestartLine {
  said?: string
  isDone?: true
  failed?: string
}
export interface Control {
  readonly url: string
  close(): void
}

/**
 * Serves /health/live, /health/ready, /targets, which tells Prometheus where to measure which process, and POST
 * /restart?services=orders,gateway to those who send the key as a bearer token.
 */
export async function openControl(
  supervisor: Supervisor,
  { host, port, restartKey }: { host: string; port: number; restartKey: string },
): Promise<Control> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control')
    if (pathname === '/health/live') return sendJson(response, 200, { live: true })
    if (pathname === '/health/ready') return void sendHealth(response)
    if (pathname === '/targets') return sendJson(response, 200, targetsOf(supervisor, request.headers.host ?? ''))
    if (pathname !== '/restart' || request.method !== 'POST') return sendJson(response, 404, { title: 'Not found' })
    if (!holdsKey(request, restartKey)) return sendJson(response, 401, { title: 'The key of the restart is wrong.' })
    void sendRestart(response, searchParams.get('services') ?? '')
  })
  await once(server.listen({ host, port }), 'listening')
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }

  async function sendHealth(response: ServerResponse): Promise<void> {
    const processes = await Promise.all(
      supervisor.processes().map(async ({ slot, pid, restarts, operationsUrl }) => ({
        name: slot.name,
        service: slot.service,
        ready: operationsUrl !== undefined && (await isReady(operationsUrl)),
        pid,
        restarts,
        url: slot.url,
        operations: operationsUrl,
      })),
    )
    const ready = serviceNames.every((name) => processes.some((one) => one.service === name && one.ready))
    sendJson(response, ready ? 200 : 503, { ready, processes })
  }

  async function sendRestart(response: ServerResponse, list: string): Promise<void> {
    const canceled = new AbortController()
    response.once('close', () => canceled.abort()) // Also after the answer, when it has no effect.
    const send = (line: RestartLine) => void response.write(`${JSON.stringify(line)}\n`)
    try {
      const services = readServiceNames(list.split(',').filter(Boolean))
      await supervisor.restart(services, (said) => send({ said }), canceled.signal)
      send({ isDone: true })
    } catch (error) {
      const isPlain = error instanceof RestartFailed || error instanceof WrongSettings
      send({ failed: isPlain ? error.message : String((error as Error).stack) })
    }
    response.end()
  }
}

/** In the format of Prometheus' http_sd. A process that is down is listed at the address where it will be, so that it is missed. */
function targetsOf(supervisor: Supervisor, askedHost: string) {
  const host = URL.parse(`http://${askedHost}`)?.hostname ?? '127.0.0.1'
  return supervisor.processes().map(({ slot, operationsUrl }) => ({
    targets: [`${host}:${operationsUrl ? new URL(operationsUrl).port : slot.operationsPort}`],
    labels: { component: slot.service, process: slot.name },
  }))
}

function holdsKey(request: IncomingMessage, key: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '')
  const right = Buffer.from(`Bearer ${key}`)
  return given.length === right.length && timingSafeEqual(given, right)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body, null, 2)}\n`)
}
