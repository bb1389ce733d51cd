// `npm run backup -- FOLDER`: a back-up of the shop of this data folder, which may go on selling meanwhile, into a new folder. With
// SOUK_BACKUP_KEY (or SOUK_BACKUP_KEY_FILE) it is encrypted. `npm run restore` brings it back.
import { setPriority } from 'node:os'
import { backupKeyIn } from './backup/backup-key.ts'
import { takeBackup } from './backup/take-backup.ts'
import { dataFolderIn } from './machine.ts'

const words = process.argv.slice(2)
const [folder, ...more] = words
if (folder === undefined || more.length > 0 || folder.startsWith('-')) leave(2, 'Usage: npm run backup -- FOLDER')
const began = performance.now()
setPriority(10) // Buyers first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () =>
    leave(1, 'The back-up was interrupted: the folder holds no manifest.json and is worthless. Remove it.'),
  )
try {
  const key = backupKeyIn(process.env)
  const { manifest, bytes } = await takeBackup({ folder, dataFolder: dataFolderIn(process.env), env: process.env, key })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  process.stdout.write(`
  The back-up in ${folder} is complete: ${(bytes / 1e6).toFixed(1)} MB in ${seconds} s.
  It holds the shop as it was at ${manifest.consistentAt}.
${key === undefined ? '  It is not encrypted and holds passwords and keys: keep it where nobody else can read it, or set SOUK_BACKUP_KEY.\n' : ''}
`)
} catch (error) {
  if ((error as Error).name !== 'WrongBackup') throw error
  leave(1, (error as Error).message)
}

function leave(code: number, sentence: string): never {
  process.stderr.write(`\n  ${sentence}\n\n`)
  process.exit(code)
}
