// `npm run build`: builds the shop front. `npm start` does it by itself when sources have changed.
import { buildStorefront } from './build-storefront.ts'

const started = performance.now()
await buildStorefront()
process.stdout.write(`  The shop front is built (${((performance.now() - started) / 1000).toFixed(1)} s).\n`)
