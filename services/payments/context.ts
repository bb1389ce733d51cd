// What the stories of this service are handed: its settings, its providers, and the simulator where it is on.
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
  simulatorSecret: secret(
    'what the simulated provider signs its webhooks with',
    'only-for-development-only-for-development',
  ),
  simulatorWebhookUrl: optionalText('where the simulated provider sends its webhooks; by default to the shop itself'),
  providerTimeoutMs: integer('how long a provider may take to answer', 5_000, { min: 50, max: 7_000 }),
}
export const calls = {}
export interface Resources {
  /** By the name that a customer's choice of payment has. */
  providers: Readonly<Record<string, Provider>>
  /** Undefined where it is switched off. */
  simulator?: Simulator
}
export type PaymentsContext = ContextFor<typeof settings, typeof calls, Resources>
/** The same before anything is opened. */
export type Base = ContextFor<typeof settings, typeof calls, undefined>

export function providerOf({ resources }: PaymentsContext, name: string): Provider | undefined {
  return Object.hasOwn(resources.providers, name) ? resources.providers[name] : undefined
}
