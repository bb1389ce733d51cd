// A load client: some number of shoppers, each doing one thing after another for a while; how many per second, how long each took.
import { type Dispatcher, Pool } from 'undici'

export interface Measured {
  perSecond: number
  p50: number
  p95: number
  p99: number
  count: number
  failures: number
}

/** Runs `work` with `shoppers` at once for `seconds`, after a warm-up that is not counted. */
export async function measure(
  shoppers: number,
  seconds: number,
  work: (shopper: number, turn: number) => Promise<boolean>,
  warmUpSeconds = Math.min(1, seconds / 4),
): Promise<Measured> {
  const times: number[] = []
  let failures = 0
  const start = performance.now() + warmUpSeconds * 1000
  const end = start + seconds * 1000
  const shop = async (shopper: number) => {
    for (let turn = 0; performance.now() < end; turn++) {
      const began = performance.now()
      const fine = await work(shopper, turn)
      const done = performance.now()
      if (done < start || done > end) continue
      if (fine) times.push(done - began)
      else failures += 1
    }
  }
  await Promise.all(Array.from({ length: shoppers }, (_, shopper) => shop(shopper)))
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
  return {
    perSecond: times.length / seconds,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    count: times.length,
    failures,
  }
}

/** Several measurements of one thing as one: their means. */
export function meanOf(slices: readonly Measured[]): Measured {
  const sum = (read: (slice: Measured) => number) => slices.reduce((total, slice) => total + read(slice), 0)
  const mean = (read: (slice: Measured) => number) => sum(read) / slices.length
  return {
    perSecond: mean((slice) => slice.perSecond),
    p50: mean((slice) => slice.p50),
    p95: mean((slice) => slice.p95),
    p99: mean((slice) => slice.p99),
    count: sum((slice) => slice.count),
    failures: sum((slice) => slice.failures),
  }
}

export interface Client {
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; body: Buffer }>
  send(
    method: string,
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Record<string, never>; headers: Record<string, string> }>
  close(): Promise<void>
}

/** On undici's dispatch: its request() with a stream for each body took 10 % of the machine, which is not the shop's time. */
export function openClient(url: string): Client {
  const pool = new Pool(url, { connections: 64, pipelining: 1 })
  const ask = (options: { method: string; path: string; body?: string; headers?: Record<string, string> }) =>
    new Promise<{ status: number; body: Buffer; headers: Record<string, string> }>((resolve, reject) => {
      let status = 0
      let received: Record<string, string> = {}
      const chunks: Buffer[] = []
      pool.dispatch(options as Dispatcher.DispatchOptions, {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, statusCode, headers) => {
          status = statusCode
          received = headers as Record<string, string>
        },
        onResponseData: (_controller, chunk) => void chunks.push(chunk),
        onResponseEnd: () =>
          resolve({
            status,
            body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks),
            headers: received,
          }),
        onResponseError: (_controller, error) => reject(error),
      })
    })
  return {
    get: (path, headers) => ask({ method: 'GET', path, headers }),
    async send(method, path, sent, headers = {}) {
      const answer = await ask({
        method,
        path,
        body: JSON.stringify(sent),
        headers: { 'content-type': 'application/json', ...headers },
      })
      return { ...answer, body: JSON.parse(answer.body.toString()) }
    },
    close: () => pool.close(),
  }
}
