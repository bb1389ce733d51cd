// What a server of RabbitMQ must have for us: a topic exchange, a durable queue for each group, and a binding for each type that it reads.
import type { Channel, ChannelModel, Options } from 'amqplib'
import { closeChannel } from './rabbitmq-connection.ts'
import type { RabbitSettings } from './rabbitmq-settings.ts'
import { type Durability, type Groups, WrongBroker } from './transport.ts'

const replicas = 3
const managementMs = 10_000
const codes = { refused: 403, missing: 404, locked: 405, differs: 406 }

export const queueOf = ({ name }: RabbitSettings, group: string) => `${name}.${group}`

/** Declares what is missing. Throws WrongBroker when something is there with other settings. */
export function declareTopology(model: ChannelModel, settings: RabbitSettings, groups: Groups): Promise<void> {
  return withChannel(model, async (channel) => {
    await declareExchange(channel, settings)
    for (const [group, types] of groups) await declareGroup(channel, settings, group, types)
  })
}

export async function declareExchange(channel: Channel, settings: RabbitSettings): Promise<void> {
  await explained(settings, () => channel.assertExchange(settings.name, 'topic', { durable: true }))
}

/**
 * Declares the queue of a group. It has one reader at a time; another one takes over when its channel is gone. Bindings of types that a
 * group no longer reads stay, because an older version of its service may still run.
 */
export async function declareGroup(
  channel: Channel,
  settings: RabbitSettings,
  group: string,
  types: readonly string[],
): Promise<void> {
  const queue = queueOf(settings, group)
  await explained(settings, async () => {
    await channel.assertQueue(queue, queueOptions(settings, channel))
    for (const type of types) await channel.bindQueue(queue, settings.name, type)
  })
}

/** How many messages of each queue no reader has yet; undefined where there is no queue. */
export async function countReady(
  model: ChannelModel,
  queues: readonly string[],
): Promise<Map<string, number | undefined>> {
  const counts = new Map<string, number | undefined>()
  for (const queue of queues) {
    // A question about a queue that is not there closes its channel.
    const count = await withChannel(model, async (channel) => (await channel.checkQueue(queue)).messageCount).catch(
      (error) => {
        if (error.code === codes.missing) return undefined
        throw error
      },
    )
    counts.set(queue, count)
  }
  return counts
}

/** What a confirmed message survives, as far as server and management plugin tell. */
export async function durabilityOf(
  { connection }: ChannelModel,
  settings: RabbitSettings,
  groups: Groups,
): Promise<{ durability: Durability; durabilityReason: string }> {
  if (settings.queueType === 'classic') {
    const { version = '' } = connection.serverProperties
    const [major = 0, minor = 0] = version.split('.').map(Number)
    if (major < 3 || (major === 3 && minor < 12))
      return {
        durability: 'power-loss',
        durabilityReason: `RabbitMQ ${version} confirms a message when the disk of its one machine has it; queue=quorum on three machines would survive the loss of one.`,
      }
    return {
      durability: 'process-crash',
      durabilityReason: `RabbitMQ ${version} confirms a message of a classic queue when it is written, perhaps before the disk has it; use queue=quorum on three machines.`,
    }
  }
  const counts = await membersOf(
    settings,
    [...groups.keys()].map((group) => queueOf(settings, group)),
  )
  if (typeof counts === 'string') return { durability: 'process-crash', durabilityReason: counts }
  const fewest = Math.min(...counts)
  if (counts.length > 0 && fewest >= replicas)
    return { durability: 'replicated', durabilityReason: `Each quorum queue has ${fewest} members or more.` }
  return {
    durability: 'process-crash',
    durabilityReason: `A quorum queue has ${fewest} of ${replicas} members; run RabbitMQ on three machines before the queues are declared.`,
  }
}

/** The number of members of each quorum queue, or why it is unknown. */
async function membersOf({ management, vhost }: RabbitSettings, queues: readonly string[]): Promise<number[] | string> {
  if (!management) return 'How many members a quorum queue has is unknown; set management= in the URL.'
  const { username, password } = management
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  try {
    return await Promise.all(
      queues.map(async (queue) => {
        const path = `/api/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(queue)}`
        const response = await fetch(new URL(path, management.origin), {
          headers: { authorization: `Basic ${login}` },
          signal: AbortSignal.timeout(managementMs),
        })
        if (!response.ok) throw new Error(`it answers ${response.status} for ${queue}`)
        return ((await response.json()) as { members?: string[] }).members?.length ?? 1
      }),
    )
  } catch (error) {
    return `The management plugin could not be asked for the members of quorum queues: ${String(error)}.`
  }
}

/** A full queue refuses messages; nothing is dropped. From version 4 on, quorum queues drop what came back twenty times, unless told. */
function queueOptions({ queueType }: RabbitSettings, channel: Channel): Options.AssertQueue {
  const isQuorum = queueType === 'quorum'
  const hasLimit = Number.parseInt(channel.connection.serverProperties.version, 10) >= 4
  return {
    durable: true,
    overflow: 'reject-publish',
    arguments: {
      'x-queue-type': queueType,
      'x-single-active-consumer': true,
      ...(isQuorum ? { 'x-quorum-initial-group-size': replicas } : {}),
      ...(isQuorum && hasLimit ? { 'x-delivery-limit': -1 } : {}),
    },
  }
}

async function withChannel<Result>(model: ChannelModel, work: (channel: Channel) => Promise<Result>): Promise<Result> {
  const channel = await model.createChannel()
  channel.on('error', () => {}) // The call that caused it throws the same.
  try {
    return await work(channel)
  } finally {
    await closeChannel(channel)
  }
}

/** Says in a sentence why something could not be declared. */
async function explained({ name, user }: RabbitSettings, declare: () => Promise<unknown>): Promise<void> {
  try {
    await declare()
  } catch (error) {
    const { code, message = '' } = error as { code?: number; message?: string }
    const [, argument, what, named, wanted, present] =
      /inequivalent arg '(.+?)' for (queue|exchange) '(.+?)' in vhost .*: received (.+?) but current is (.+?)"?$/.exec(
        message,
      ) ?? []
    if (code === codes.differs && argument) {
      const command = what === 'queue' ? `rabbitmqctl delete_queue ${named}` : `deleting it in the management plugin`
      throw new WrongBroker(
        `RabbitMQ has the ${what} ${named} with other settings than needed: ${argument} is ${present}, and must be ${wanted}. When its messages are read, remove it (${command}) and start again, or choose another name= in the URL.`,
      )
    }
    if (code === codes.differs || code === codes.locked)
      throw new WrongBroker(`RabbitMQ has something with other settings than needed: ${message}`)
    if (code === codes.refused)
      throw new WrongBroker(
        `RabbitMQ does not let the user ${user} declare what is needed. Give it the rights (rabbitmqctl set_permissions): configure, write and read, each "^(${name}|amq\\.gen).*".`,
      )
    throw error
  }
}
