// Recognizes lost connections by the state of the client. The driver reports one loss in many words, which may change and which
// may also stand in errors of other origin.
import pg from 'pg'
import { unavailable, unavailableIfReported } from './errors.ts'
import { workObserver } from './observe-work.ts'

const lost = new WeakSet<pg.Client>()

/** Remembers when this client loses its connection. Call it once for each client, before its first statement. */
export function watchConnection(client: pg.Client): void {
  const remember = () => void lost.add(client)
  client.on('error', remember)
  client.on('end', remember)
}

/** Runs a statement on a watched client. Throws DatabaseUnavailable when the connection is lost or the server cannot work. */
export async function queryOn(client: pg.Client, config: string | pg.QueryConfig): Promise<pg.QueryResult>
export async function queryOn(client: pg.Client, config: pg.QueryArrayConfig): Promise<pg.QueryArrayResult>
export async function queryOn(client: pg.Client, config: string | pg.QueryConfig | pg.QueryArrayConfig) {
  const ended = workObserver()?.statement(client, typeof config === 'string' ? config : config.text)
  try {
    const result = await client.query(config as pg.QueryConfig) // The driver's overloads do not take a union.
    ended?.()
    return result
  } catch (error) {
    ended?.(error)
    const isLost = lost.has(client) && !(error instanceof pg.DatabaseError)
    throw isLost ? unavailable(error) : unavailableIfReported(error)
  }
}

/** Waits for a connection to be made. Throws DatabaseUnavailable when there is none; errors of configuration stay as they are. */
export async function connected<T>(connecting: Promise<T>): Promise<T> {
  try {
    return await connecting
  } catch (error) {
    const isOurs = error instanceof pg.DatabaseError || error instanceof TypeError
    throw isOurs ? unavailableIfReported(error) : unavailable(error)
  }
}
