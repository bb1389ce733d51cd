// A Souk of nothing but PostgreSQL, as a process of its own that tests may kill: it starts the database in the folder
// given, tells so on its output, and stops on SIGTERM.
import { startPostgres } from './postgres.ts'

const [dataFolder = '', ...words] = process.argv.slice(2)
const options = { dataFolder, port: 0, durable: words.includes('durable') }
const postgres = await startPostgres({ ...options, onProgress: (sentence) => console.log(sentence) })
const alive = setInterval(() => {}, 1000)
process.on('SIGTERM', async () => {
  await postgres.stop()
  clearInterval(alive)
})
console.log(JSON.stringify({ adopted: postgres.adopted, url: postgres.url('postgres') }))
