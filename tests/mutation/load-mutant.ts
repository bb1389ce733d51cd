// Loaded before the tests of a mutant: Node gets the mutant's text when it reads that file. The file itself stays as it is.
import { registerHooks } from 'node:module'
import type { Mutant } from './mutants.ts'

const { url: target, start, end, text } = JSON.parse(process.env.SOUK_MUTANT ?? '{}') as Mutant & { url: string }

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (url !== target) return loaded
    const source = String(loaded.source)
    return { ...loaded, source: source.slice(0, start) + text + source.slice(end) }
  },
})
