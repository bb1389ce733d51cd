// Containers as the chart runs them: numeric user, read-only root, no capabilities, no new privileges, a memory limit, /tmp in memory.
import { execFile, spawn } from 'node:child_process'
import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

export interface Wanted {
  name: string
  image: string
  env: Record<string, string>
  /** Folders of this machine, by their places in the container. */
  volumes?: Record<string, string>
}
export interface Container {
  readonly name: string
  said(): string
  /** How long the start took, and what it needs of memory. */
  describe(): Promise<string>
  execute(words: readonly string[]): Promise<{ code: number; said: string }>
  /** SIGTERM; how it ended and after how long. */
  stop(): Promise<{ code: number | null; seconds: number }>
}
export type Podman = ReturnType<typeof podmanFrom>

const readyAtMostMs = 240_000
const user = 10_001

/** A folder that the container's user may write to. */
export function makeVolume(folder: string, name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  chownSync(path, user, user)
  return path
}

/** `command`: podman with its own options. `memory`: the limit of each container, without swap. */
export function podmanFrom([program = 'podman', ...options]: readonly string[], memory: string) {
  const mark = `souk-try-${process.pid}`
  const ask = (words: readonly string[]) =>
    promisify(execFile)(program, [...options, ...words], { maxBuffer: 64 * 1024 * 1024 }).then(
      ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
      (error) => ({ code: error.code as number, said: `${error.stdout}${error.stderr}` }),
    )

  function begin({ name, image, env, volumes = {} }: Wanted, words: readonly string[]) {
    const hardening = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'all', '--security-opt', 'no-new-privileges']
    const limits = [
      '--memory',
      memory,
      '--memory-swap',
      memory,
      '--ulimit',
      'nofile=4096:4096',
      '--ulimit',
      'nproc=4096:4096',
    ]
    const given = [
      ...Object.entries(env).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
      ...Object.entries(volumes).flatMap(([from, to]) => ['--volume', `${from}:${to}`]),
    ]
    const all = [
      'run',
      '--rm',
      '--name',
      `${mark}-${name}`,
      '--network',
      'host',
      ...hardening,
      ...limits,
      ...given,
      image,
      ...words,
    ]
    const child = spawn(program, [...options, ...all], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (said = `${said}${text}`.slice(-20_000)))
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    return { child, ended, said: () => said }
  }

  return {
    /** A command that ends by itself. */
    async run(wanted: Wanted, words: readonly string[]) {
      const { ended, said } = begin(wanted, words)
      return { code: await ended, said: said() }
    },
    /** Resolves when it is ready. Throws when it ends before. */
    async start(wanted: Wanted & { operationsPort: number }): Promise<Container> {
      const { name, operationsPort } = wanted
      const began = performance.now()
      const env = { ...wanted.env, SOUK_OPERATIONS_HOST: '127.0.0.1', SOUK_OPERATIONS_PORT: `${operationsPort}` }
      const { child, ended, said } = begin({ ...wanted, env }, [])
      const isReady = () =>
        fetch(`http://127.0.0.1:${operationsPort}/health/ready`).then(
          ({ ok }) => ok,
          () => false, // It does not listen yet.
        )
      while (!(await isReady())) {
        const isLate = performance.now() - began > readyAtMostMs
        if (child.exitCode !== null || isLate) throw new Error(`${name} did not start (${child.exitCode}): ${said()}`)
        await pause(50)
      }
      const startSeconds = (performance.now() - began) / 1000
      const execute = (words: readonly string[]) => ask(['exec', `${mark}-${name}`, 'node', ...words])
      return {
        name,
        said,
        execute,
        async describe() {
          const { said } = await execute(['-e', memoryOfContainer])
          return `ready after ${startSeconds.toFixed(1)} s; ${said.trim()} of ${memory}`
        },
        async stop() {
          const from = performance.now()
          await ask(['kill', '--signal', 'TERM', `${mark}-${name}`])
          return { code: await ended, seconds: (performance.now() - from) / 1000 }
        },
      }
    },
    /** Whatever is left of this trial. */
    async removeAll() {
      const { said } = await ask(['ps', '--all', '--quiet', '--filter', `name=${mark}`])
      for (const id of said.split('\n').filter(Boolean)) await ask(['rm', '--force', id])
    },
  }
}

/** Printed by Node in the container: what its processes hold, and the most that the container has used, with the cache of files. */
const memoryOfContainer = `
  const { readFileSync, readdirSync } = require('node:fs')
  const kilobytes = (file, name) => Number(new RegExp(name + ':\\\\s+(\\\\d+)').exec(readFileSync(file, 'utf8'))?.[1] ?? 0)
  const processes = readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && Number(name) !== process.pid)
  let held = 0
  for (const id of processes) try { held += kilobytes('/proc/' + id + '/smaps_rollup', 'Pss') } catch {}
  const first = ['/sys/fs/cgroup/memory/memory.max_usage_in_bytes', '/sys/fs/cgroup/memory.peak']
    .map((file) => { try { return Number(readFileSync(file, 'utf8')) } catch { return 0 } }).find(Boolean) ?? 0
  console.log('processes hold ' + Math.round(held / 1024) + ' MB, at most used ' + Math.round(first / 1048576) + ' MB with the cache of files,')`
