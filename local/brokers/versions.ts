// Which versions of the message brokers are installed here, as their programs and files say.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BrokerName, findProgram } from './broker.ts'

const versions: Record<BrokerName, () => Promise<string | undefined>> = {
  nats: () => said(process.env.NATS_SERVER || findProgram('nats-server'), /v(\d\S+)/),
  redis: () => said(findProgram('redis-server'), /v=(\S+)/),
  rabbitmq: async () => inName('/usr/lib/rabbitmq/lib', /^rabbitmq_server-(.+)$/),
  kafka: async () => inName(join(process.env.KAFKA_HOME ?? '', 'libs'), /^kafka_\d+\.\d+-(.+)\.jar$/),
}

/** The version of an installed broker, in words. */
export async function versionOf(name: BrokerName): Promise<string> {
  const version = await versions[name]()
  return version ? `version ${version}` : 'version unknown'
}

async function said(program: string | undefined, pattern: RegExp): Promise<string | undefined> {
  if (!program) return undefined
  const { stdout, stderr } = await promisify(execFile)(program, ['--version'])
  return pattern.exec(stdout + stderr)?.[1]
}

function inName(folder: string, pattern: RegExp): string | undefined {
  if (!existsSync(folder)) return undefined
  return readdirSync(folder)
    .map((name) => pattern.exec(name)?.[1])
    .find((version) => version !== undefined)
}
