// Loaded before every script (bootstrap.mjs): when a package is missing or incomplete, the script ends with one sentence that says
// which one and what to do, in place of a stack of Node's loader. Plain JavaScript, because it needs no package itself.

const codes = [
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_INVALID_PACKAGE_CONFIG',
  'ERR_DLOPEN_FAILED',
]

/** What to do about an error of the loader; undefined for other errors. */
function adviceFor(error) {
  if (!codes.includes(error?.code) || !/node_modules|Cannot find (package|module)/.test(error.message)) return undefined
  const [reason] = error.message.split('\n')
  return `A package is missing or incomplete: ${reason.replace(/\.?$/, '.')} Run \`npm ci\`, then the same command again.`
}

process.on('uncaughtExceptionMonitor', (error) => {
  const advice = process.listenerCount('uncaughtException') === 0 && adviceFor(error)
  if (!advice) return
  process.stderr.write(`\n  ${advice}\n\n`)
  process.exit(1)
})
