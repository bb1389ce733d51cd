// What a process of one service is given: settings that it accepts, whatever the shop derives for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from '@souk/service'
import { allServices } from '../services/all-services.ts'
import { environmentOf } from './environment.ts'

for (const service of allServices) {
  test(`${service.name} accepts the secrets that are derived for its process`, () => {
    const env = { SOUK_SHARED_SECRET: `${'new'.repeat(11)},${'old'.repeat(11)}` }
    const own = environmentOf(service, allServices, { env, databases: {}, keySecret: 'key'.repeat(11) })
    const together = readSettings({ [service.name]: service.settings }, env)
    assert.deepEqual(readSettings({ [service.name]: service.settings }, own), together)
  })
}
