// The installed programs that these tests run.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const packages: Record<string, string> = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  amtool: 'prometheus-alertmanager',
}

/** Where a program is. Throws when it is not installed, naming its Debian package. */
export function installed(program: string): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return join(folder, program)
    } catch {} // It is not in this folder.
  }
  throw new Error(
    `${program} is not installed; on Debian it is in the package ${packages[program]}. .ci/install-deploy-tools installs what these tests need.`,
  )
}
