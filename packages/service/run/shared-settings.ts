// Settings that no service owns: of the shop, and of each process that runs a part of it.
import { apis } from '@souk/contracts'
import { keysFromList } from '../calls/service-keys.ts'
import {
  choice,
  developmentSecret,
  instanceAddresses,
  integer,
  optionalText,
  originList,
  type SettingsOf,
  type SettingsSpec,
  secrets,
  siteAddress,
  text,
} from './settings.ts'

/** Variables of the shop, which all services know. */
export const sharedSpec = {
  publicUrl: siteAddress('where people reach the shop', 'http://localhost:4000'),
  returnOrigins: originList('origins of other sites that the bank may send customers back to'),
  shopName: text('the name of the shop', 'Souk'),
  migrate: choice(
    'whether a service migrates its database when it starts; off: it only checks that nothing is missing, and `npm run migrate` migrates; wait: it waits for that, live and not ready',
    ['on', 'off', 'wait'],
    'on',
  ),
} satisfies SettingsSpec

/** How this process proves to others which service it is: by one secret of the whole shop, or by the keys of its own pairs. */
export const sharedSecretSpec = {
  sharedSecret: secrets(
    'the secret from which the keys of service tokens are derived; several, separated by commas, while rotating',
    developmentSecret,
  ),
} satisfies SettingsSpec
export const serviceKeysSpec = {
  serviceKeys: {
    about: 'the keys of service tokens of this process, in place of the shared secret',
    fallback: undefined,
    read: keysFromList,
  },
} satisfies SettingsSpec

/** `ordersUrl` is ORDERS_URL: where the instances of orders are reached by processes that run without it. */
export const addressSpec: Readonly<Record<string, ReturnType<typeof instanceAddresses>>> = Object.fromEntries(
  apis.map(({ name }) => [
    `${name}Url`,
    instanceAddresses(`where ${name} is reached, with commas between several instances`),
  ]),
)

/** What all services know of the shop. `publicUrl` has no slash at the end. */
export interface SharedSettings extends SettingsOf<typeof sharedSpec> {
  readonly isProduction: boolean
  /** Computers other than this one can reach it. */
  readonly isOnNetwork: boolean
}

/** How a process stops. */
export const stopSpec = {
  drainSeconds: integer(
    'how long requests are still taken after SIGTERM, while callers and load balancers learn of it',
    0,
    { min: 0, max: 600 },
  ),
} satisfies SettingsSpec

/** Variables that every process knows besides its services' own. */
export const processSpec = {
  ...stopSpec,
  logLevel: choice('how much is logged', ['debug', 'info', 'warn', 'error', 'silent'], 'info'),
  logFile: optionalText('a file for the log in place of standard output'),
  operationsPort: integer('where health and metrics are served', 4001, { min: 0, max: 65535 }),
  operationsHost: text('on which address health and metrics are served', '127.0.0.1'),
} satisfies SettingsSpec
