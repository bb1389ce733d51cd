// Search entries of the filled products, made by the shop's own code, as `npm run reindex` makes them.
import { openDatabase } from '@souk/messaging'
import { readSettings } from '@souk/service'
import { settings } from '../../services/products/context.ts'
import { rebuildAll } from '../../services/products/listing/rebuild-search.ts'
import { say } from '../report.ts'

export async function indexSearch(url: string): Promise<void> {
  const { languages } = readSettings({ products: settings }, {}).products
  const database = openDatabase({ url, service: 'products' })
  let told = Date.now()
  try {
    await rebuildAll(database, languages, (done, all) => {
      if (Date.now() - told < 10_000) return
      told = Date.now()
      say(`search: ${done} of ${all} products`)
    })
    await database.sql`vacuum (analyze)`
  } finally {
    await database.close()
  }
}
