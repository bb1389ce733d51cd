// Checks the types of the shop front's pages, which the compiler of the rest cannot read.
import { runAstro } from './build-storefront.ts'

await runAstro(['check'], 'inherit').catch(() => {
  process.exitCode = 1 // Astro has printed what is wrong.
})
