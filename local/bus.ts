// The message broker of the shop: the one that BUS_URL names, or the embedded one in a database of its own.
import { openTransport, type TlsFiles, type Transport, type TransportOptions } from '@souk/messaging'
import { groupsOf } from '@souk/service'
import { allServices } from '../services/all-services.ts'

type Environment = Record<string, string | undefined>

/** The variables of the broker, which each process of a service needs. */
export const busVariables = ['BUS_URL', 'BUS_TLS_CA', 'BUS_TLS_CERT', 'BUS_TLS_KEY']

/** Opens the broker of the shop. `databases` and `owners`: by name, with the database of the embedded one as `bus`. */
export function openBus(
  { env, databases, owners }: { env: Environment; databases: Environment; owners: Environment },
  log: TransportOptions['log'],
): Promise<Transport> {
  const groups = groupsOf(allServices)
  const migrates = !['off', 'wait'].includes(env.SOUK_MIGRATE ?? '')
  if (env.BUS_URL) return openTransport({ url: env.BUS_URL, migrates, log, groups, tls: tlsFilesIn(env) })
  return openTransport({ url: databases.bus as string, ownerUrl: owners.bus, migrates, log, groups })
}

function tlsFilesIn(env: Environment): TlsFiles {
  return { ca: env.BUS_TLS_CA, certificate: env.BUS_TLS_CERT, key: env.BUS_TLS_KEY }
}
