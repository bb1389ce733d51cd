// Closes the data folder to other users of the machine: it holds secrets, logs, and the simulated bank's journal. PostgreSQL's own
// folder in it is closed by PostgreSQL.
import { chmodSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const othersBits = 0o077

/**
 * Takes all rights from other users: of what there is, which may come from an older version, and of what this process and those that
 * it starts make from now on. Folders end with mode 0700 and files with 0600.
 */
export function closeToOthers(dataFolder: string): void {
  process.umask(othersBits)
  for (const { name } of readdirSync(dataFolder, { withFileTypes: true }))
    if (name !== 'postgres') close(join(dataFolder, name))
  // As root, PostgreSQL runs as another user, who must get through to its folder: by its group alone (postgres-home.ts).
  const inside = lstatSync(join(dataFolder, 'postgres'), { throwIfNoEntry: false })
  const isForAnother = process.getuid?.() === 0 && inside?.isDirectory() && inside.uid !== 0
  chmodSync(dataFolder, isForAnother ? 0o710 : 0o700)
}

function close(path: string): void {
  // A file that vanishes meanwhile was temporary; a link has no rights of its own.
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found || found.isSymbolicLink()) return
  if ((found.mode & othersBits) !== 0) chmodSync(path, found.mode & 0o700)
  if (found.isDirectory()) for (const name of readdirSync(path)) close(join(path, name))
}
