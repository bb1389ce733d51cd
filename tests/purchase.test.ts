// Purchases through all services, over the brokers that need no installation. The others: tests/brokers/.
import { purchaseSuite } from './purchase-suite.ts'

purchaseSuite('memory', () => ({ transport: 'memory' }))
purchaseSuite('postgres', () => ({ transport: 'postgres' }))
