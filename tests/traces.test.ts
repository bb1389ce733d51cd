// Traces of the whole shop, as a collector receives them. Over brokers: tests/brokers/journeys.test.ts.
import { test } from 'node:test'
import { purchaseIsOneTrace } from './trace-suite.ts'

test('a purchase is one trace from the request to the mail', () => purchaseIsOneTrace({ transport: 'postgres' }))
