// Ends PostgreSQL when the process that started it is gone, killed or not. A watcher waits at the end of a pipe that the system closes
// with that process, on every platform. Then a new start has a few seconds to take the server over.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { lockFolder } from './folder-lock.ts'
import type { Home } from './postgres-home.ts'
import { stopPostmaster } from './postmaster.ts'
import { systemEnvironment } from './system-environment.ts'

/** Until the watcher looks whether a new start has taken the server over. */
const takeOverSeconds = 5

/**
 * Waits as a shell, which takes one megabyte, and then becomes this script. If the repository is gone, the shell itself stops the
 * server, unless another process has locked the data folder.
 */
const shellScript = `
cat > /dev/null
node=$1; script=$2; folder=$3; pid=$4; data=$5; owner=$7
if [ -x "$node" ] && [ -f "$script" ]; then shift; exec "$node" "$@"; fi
sleep ${takeOverSeconds}
if [ -e "$folder/souk.pid" ] && ! grep -q "\\"pid\\":$owner," "$folder/souk.pid"; then exit 0; fi
for signal in INT QUIT; do
  { tr '\\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null || ps -ww -o command= -p "$pid"; } | grep -qF -- "-D $data " || exit 0
  kill -$signal "$pid"
  sleep 2
done
`

/** Starts the watcher of a server. Returns what ends it, for after the server was stopped. */
export function watchOwner(dataFolder: string, pid: number, home: Home): () => void {
  const script = import.meta.filename
  const words = [script, dataFolder, String(pid), home.data, home.binaries, String(process.pid)]
  const [program, all] =
    process.platform === 'win32'
      ? [process.execPath, [...words, '--wait']]
      : ['/bin/sh', ['-c', shellScript, 'souk-watch', process.execPath, ...words]]
  const child = spawn(program, all, {
    cwd: process.platform === 'win32' ? undefined : '/',
    env: systemEnvironment(process.env),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  })
  // Without a watcher the server goes on after a kill, as a nuisance; the next start takes it over.
  child.on('error', () => undefined)
  child.stdin?.on('error', () => undefined)
  child.unref()
  ;(child.stdin as unknown as { unref?(): void } | null)?.unref?.() // A pipe is a socket, which its type does not say.
  return () => void child.kill('SIGKILL')
}

/** What the watcher does when the owner is gone. */
async function stopAbandoned([dataFolder = '', pid = '', data = '', binaries = '']: string[]): Promise<void> {
  await pause(takeOverSeconds * 1000)
  let unlock = () => {}
  if (existsSync(dataFolder)) {
    try {
      unlock = lockFolder(dataFolder, { isStopping: true })
    } catch {
      return // A new start has taken the server over.
    }
  }
  try {
    const log = join(data, '..', 'postgres.log')
    await stopPostmaster(Number(pid), { folder: join(data, '..'), data, log, host: '', binaries, runAs: {} })
  } finally {
    unlock()
  }
}

if (process.argv[1] === import.meta.filename) {
  const words = process.argv.slice(2)
  if (words.includes('--wait')) await text(process.stdin)
  await stopAbandoned(words)
}
