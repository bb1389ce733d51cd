// `npm run bench`: the whole shop beside two floors (whole-shop.ts; `--pages`: its pages alone); `--brokers`: the message brokers side by side; `--apart`: purchases
// of a shop with a process per service beside those of one process.
if (process.argv.includes('--brokers')) await (await import('./brokers.ts')).benchBrokers()
else if (process.argv.includes('--apart')) await (await import('./apart.ts')).benchApart()
else if (process.argv.includes('--fill')) await (await import('./big-shop.ts')).benchBigShop()
else if (process.argv.includes('--costs')) await (await import('./costs.ts')).benchCosts()
else await import('./whole-shop.ts')
