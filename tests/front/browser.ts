// The browsers of the tests and tools: Chromium and Firefox as the system has them.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

export const installCommand = '.ci/install-browser'
const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const firefoxNames = ['firefox-esr', 'firefox']
type Environment = Record<string, string | undefined>

/** The path of Chromium: SOUK_CHROMIUM, or the first one on PATH. Undefined when there is none. */
export function findChromium(env: Environment = process.env): string | undefined {
  return env.SOUK_CHROMIUM || findProgram(chromiumNames, env)
}
/** The path of Firefox: SOUK_FIREFOX, or the first one on PATH. Undefined when there is none. */
export function findFirefox(env: Environment = process.env): string | undefined {
  return env.SOUK_FIREFOX || findProgram(firefoxNames, env)
}

function findProgram(names: readonly string[], env: Environment): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false // Not there, or not ours to run.
  }
}

export function openBrowser(executablePath: string, args: readonly string[] = []): Promise<Browser> {
  // As root, as in a container, Chromium runs without its sandbox alone.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args: [...sandbox, ...args] })
}
