// `npm run dev`: serves the pages of the shop front with hot reload, on the API of the shop that runs on this machine.
import { runAstro } from './build-storefront.ts'

process.stdout.write(
  '  The pages, with hot reload: http://localhost:4321 (the shop itself must be running: npm start)\n',
)
await runAstro(['dev', ...process.argv.slice(2)], 'inherit')
