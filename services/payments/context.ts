// What every story of the payments service gets: its settings, its providers, and the simulator when it is on.
import { type ContextFor, choice, integer, optionalText, secret, text } from '@souk/service'
import type { Provider } from './providers/provider.ts'
import type { Simulator } from './providers/simulator/simulator.ts'

export const settings = {
  simulator: choice(
    'whether the simulated provider takes payments; auto: not in production',
    ['auto', 'on', 'off'],
    'auto',
  ),
  simulatorFolder: text('where the simulated provider keeps its journal', '.souk/simulator'),
  simulatorShared: choice(
    'whether several processes of payments have the folder of the simulated provider at the same time',
    ['on', 'off'],
    'off',
  ),
  simulatorSecret: secret(
    'what the simulated provider signs its webhooks with',
    'only-for-development-only-for-development',
  ),
  simulatorWebhookUrl: optionalText('where the simulated provider sends its webhooks; by default to the shop itself'),
  reconcileMinutes: integer('how long after a reconciliation with the providers the next one begins by itself', 60, {
    min: 1,
    max: 1440,
  }),
  providerTimeoutMs: integer('how long a provider may take to answer', 5_000, { min: 50, max: 7_000 }),
}
export const calls = {}
export interface Resources {
  /** By name: a payment says which provider it goes to. */
  providers: Readonly<Record<string, Provider>>
  /** Undefined when it is switched off. */
  simulator?: Simulator
}
export type PaymentsContext = ContextFor<typeof settings, typeof calls, Resources>
/** The same before the resources are opened. */
export type StartContext = ContextFor<typeof settings, typeof calls, undefined>

/** Undefined when this shop has no such provider. */
export function providerOf({ resources }: PaymentsContext, name: string): Provider | undefined {
  return Object.hasOwn(resources.providers, name) ? resources.providers[name] : undefined
}
