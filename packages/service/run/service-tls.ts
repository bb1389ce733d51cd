// TLS between the services, where SOUK_TLS_CERT, SOUK_TLS_KEY and SOUK_TLS_CA are given: each shows its certificate, as the called
// one and as the caller.
import type { ServiceName } from '@souk/contracts'
import type { Log } from '@souk/messaging'
import type { Remotes } from '../calls/http-calls.ts'
import { type Connector, tlsConnector } from '../calls/tls-connector.ts'
import type { ServerTls } from '../http/tls-server.ts'
import { makeTokenBuckets } from '../http/token-buckets.ts'
import { type CertificateFiles, openCertificates } from './certificates.ts'
import type { Metrics } from './metrics.ts'
import { filePath, type SettingsOf, type SettingsSpec, variableOf, WrongSettings } from './settings.ts'

/** The files of a process for TLS with other services: all of them, or none. */
export const tlsSpec = {
  tlsCert: filePath('the certificate of this process, for TLS between services'),
  tlsKey: filePath('the key of SOUK_TLS_CERT'),
  tlsCa: filePath('the certificates that sign those of the services'),
} satisfies SettingsSpec
const variables = { cert: 'SOUK_TLS_CERT', key: 'SOUK_TLS_KEY', ca: 'SOUK_TLS_CA' }

const certificateDays = {
  name: 'souk_certificate_days_left',
  help: 'Days until the certificate for calls between services expires',
  labels: ['service'],
}

export interface ServiceTls {
  readonly server: ServerTls
  readonly connect: Connector
  close(): void
}

/**
 * Opens the certificates; undefined when none are set. Throws WrongSettings when they cannot be used, and when another service has an
 * address without TLS. The gateway has its own rules: browsers call it, and no service does.
 */
export async function openServiceTls(
  chosen: SettingsOf<typeof tlsSpec>,
  services: readonly ServiceName[],
  remotes: Remotes,
  { log, metrics, now }: { log: Log; metrics: Metrics; now: () => Date },
): Promise<ServiceTls | undefined> {
  const files = filesOf(chosen)
  if (!files) return undefined
  refusePlainAddresses(services, remotes)
  const certificates = await openCertificates(files, { variables, log, now })
  metrics.gauge(certificateDays, async () =>
    services.map((service) => ({ labels: { service }, value: certificates.daysLeft() })),
  )
  /** Whoever is refused tries again and again; one line a minute says so. */
  const lines = makeTokenBuckets(1)
  return {
    server: {
      certificates,
      asksForCertificates: true,
      onRefused(reason, address) {
        if (lines.take(address) > 0) return
        log.warn({ services, address, reason }, 'A connection without a complete TLS handshake was closed.')
      },
    },
    connect: tlsConnector(certificates),
    close: certificates.close,
  }
}

function filesOf({ tlsCert: cert, tlsKey: key, tlsCa: ca }: SettingsOf<typeof tlsSpec>): CertificateFiles | undefined {
  if (cert && key && ca) return { cert, key, ca }
  const missing = Object.entries({ cert, key, ca }).filter(([, path]) => path === undefined)
  if (missing.length === 3) return undefined
  const names = missing.map(([name]) => variables[name as 'cert'])
  throw new WrongSettings(`TLS between services needs three files, and ${names.join(' and ')} is not set.`)
}

function refusePlainAddresses(services: readonly ServiceName[], remotes: Remotes): void {
  const wrong = Object.entries(remotes).flatMap(([name, addresses]) =>
    name === 'gateway' || services.includes(name as ServiceName)
      ? []
      : (addresses ?? []).filter((one) => !one.startsWith('https:')).map((one) => `${variableOf(name, 'url')}: ${one}`),
  )
  if (wrong.length > 0)
    throw new WrongSettings(
      `With SOUK_TLS_CERT, services are called at https:// addresses only, and these are none: ${wrong.join(', ')}.`,
    )
}
