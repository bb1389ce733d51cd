// `npm run dev`: serves the pages of the shop front with hot reload, on the API of the shop that runs on this machine.
import { runAstro } from './build-storefront.ts'

process.stdout.write('  The pages, with hot reload, on the shop that runs here (npm start) or at GATEWAY_URL:\n')
const { code } = await runAstro(['dev', ...process.argv.slice(2)], 'inherit')
process.exit(code)
