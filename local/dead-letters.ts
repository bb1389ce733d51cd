// `npm run dead-letters`: lists messages that could not be processed, in all services of the running shop; with `replay ID` or
// `discard ID` it lets one be tried again, or gives it up.
import { discardDeadLetter, listDeadLetters, openDatabase, replayDeadLetter } from '@souk/messaging'
import { databaseNames, dataFolderIn, findRunningShop } from './machine.ts'
import { readProcessEnvironment } from './process-environment.ts'

const env = readProcessEnvironment()

const usage = 'npm run dead-letters [-- replay ID | -- discard ID]'
const [verb = 'list', eventId] = process.argv.slice(2)
const shop = findRunningShop(dataFolderIn(env))
if (!shop) stopWith('No shop is running on this data folder. Start it with `npm start`.')
if (!['list', 'replay', 'discard'].includes(verb) || (verb !== 'list' && !eventId)) stopWith(`Usage: ${usage}`)

let count = 0
for (const service of databaseNames.filter((name) => name !== 'bus')) {
  const database = openDatabase({
    url: shop.databases[service] as string,
    service: 'dead-letters',
    sharedConnections: 1,
  })
  if (verb === 'list') {
    for (const letter of await listDeadLetters(database)) {
      count += 1
      process.stdout.write(
        `${letter.eventId}  ${letter.status.padEnd(8)}  ${service} <- ${letter.type} (${letter.key}), ${letter.attempts} tries: ${letter.error}\n`,
      )
    }
  } else {
    const act = verb === 'replay' ? replayDeadLetter : discardDeadLetter
    if (await act(database, eventId as string)) count += 1
  }
  await database.close()
}
if (verb === 'list') process.stdout.write(count === 0 ? 'No message is set aside.\n' : `${usage}\n`)
else
  process.stdout.write(
    count === 0
      ? `No message ${eventId} is set aside.\n`
      : `${verb === 'replay' ? 'It is tried again now.' : 'It is gone.'}\n`,
  )

function stopWith(sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(1)
}
