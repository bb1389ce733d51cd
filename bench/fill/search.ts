// Search entries of the filled products, made by the shop's own code, as `npm run reindex` makes them.
import { openDatabase } from '@souk/messaging'
import { readSettings } from '@souk/service'
import pg from 'pg'
import { settings } from '../../services/products/context.ts'
import { rebuildAll } from '../../services/products/listing/rebuild-search.ts'
import { say } from '../report.ts'

/** Makes the entries, unless every product has one. */
export async function indexSearch(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    if (!(await isIndexed(client))) await rebuild(url)
    await client.query('vacuum (analyze)')
  } finally {
    await client.end()
  }
}

async function isIndexed(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ live: string }>('select live from search_index where building is null')
  if (!rows[0]) return false
  const counts = await client.query<{ missing: number }>(
    `select (select count(*) from product) - (select count(*) from ${rows[0].live}) as missing`,
  )
  return Number(counts.rows[0]?.missing) === 0
}

async function rebuild(url: string): Promise<void> {
  const { languages } = readSettings({ products: settings }, {}).products
  const database = openDatabase({ url, service: 'products' })
  let told = Date.now()
  try {
    await rebuildAll(database, languages, (done, all) => {
      if (Date.now() - told < 10_000) return
      told = Date.now()
      say(`search: ${done} of ${all} products`)
    })
  } finally {
    await database.close()
  }
}
