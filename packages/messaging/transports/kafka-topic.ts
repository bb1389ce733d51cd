// The topic that holds all messages: made when it is missing, refused when it has other settings than needed.
import { type Admin, ConfigResourceTypes, findErrorBy } from '@platformatic/kafka'
import type { KafkaSettings } from './kafka-settings.ts'
import { type Durability, largestMessageBytes, WrongBroker } from './transport.ts'

/** Keys are spread over these, and a group has at most as many members that work. */
export const partitionCount = 12
const retentionMs = 7 * 86_400_000
/** What a broker takes as it is installed: the largest message with its key and type. */
const mostBytes = 1_048_588
/** Key and type beside the JSON of the largest message, and Kafka's own fields. */
const overheadBytes = 20_000

export interface TopicState {
  durability: Durability
  durabilityReason: string
}
type Configs = ReadonlyMap<string, string>

/** True for the error of a topic that does not exist. */
export function isTopicMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    (/Unknown topic /.test(error.message) || findErrorBy(error, 'apiId', 'UNKNOWN_TOPIC_OR_PARTITION') !== null)
  )
}

/** Creates the topic when it is missing, and says how durable it is. Throws WrongBroker when its settings lose messages. */
export async function prepareTopic(admin: Admin, settings: KafkaSettings): Promise<TopicState> {
  const { name } = settings
  const { brokers } = await admin.metadata({ topics: [], forceUpdate: true })
  let topic = await describe(admin, name)
  if (!topic) {
    await create(admin, settings, settings.replicas ?? (brokers.size >= 3 ? 3 : 1))
    topic = await describe(admin, name)
    if (!topic) throw new Error(`The topic ${name} is being created.`)
  }
  const differences = differencesOf(topic.configs, topic.partitions, topic.replicas, settings)
  if (differences.length > 0)
    throw new WrongBroker(`The topic ${name} of ${settings.brokers} must be changed: ${differences.join('; ')}.`)
  return durabilityOf(topic.configs, topic.replicas, name)
}

async function create(admin: Admin, { name }: KafkaSettings, replicas: number): Promise<void> {
  const configs = {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMs),
    'retention.bytes': '-1',
    'max.message.bytes': String(mostBytes),
    'min.insync.replicas': String(insyncFor(replicas)),
  }
  try {
    await admin.createTopics({
      topics: [name],
      partitions: partitionCount,
      replicas,
      configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
    })
  } catch (error) {
    if (!findErrorBy(error as Error, 'apiId', 'TOPIC_ALREADY_EXISTS')) throw error // Another process was first.
  }
}

/** With three copies, two must have a message before it is confirmed, and one broker may fail. */
function insyncFor(replicas: number): number {
  return replicas >= 3 ? 2 : 1
}

/** Undefined while the topic does not exist, or has no leader yet. */
async function describe(
  admin: Admin,
  name: string,
): Promise<{ partitions: number; replicas: number; configs: Configs } | undefined> {
  try {
    const { topics } = await admin.metadata({ topics: [name], forceUpdate: true })
    const partitions = topics.get(name)?.partitions ?? []
    if (partitions.length === 0) return undefined
    const [description] = await admin.describeConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: name, configurationKeys: null }],
    })
    const configs = new Map((description?.configs ?? []).map((one) => [one.name, one.value ?? '']))
    return {
      partitions: partitions.length,
      replicas: Math.min(...partitions.map((one) => one.replicas.length)),
      configs,
    }
  } catch (error) {
    if (isTopicMissing(error)) return undefined
    throw error
  }
}

/** Each difference with what mends it. What the broker does not tell is not checked. */
function differencesOf(
  configs: Configs,
  partitions: number,
  replicas: number,
  { name, replicas: wantedReplicas }: KafkaSettings,
): string[] {
  const differences: string[] = []
  const must = (isRight: boolean, what: string, mend: string) => {
    if (!isRight) differences.push(`${what} (${mend})`)
  }
  const set = (setting: string) => `kafka-configs.sh --alter --topic ${name} --add-config ${setting}`
  const number = (key: string, otherwise: number) => Number(configs.get(key) ?? otherwise)
  const elsewhere = 'let Souk create another topic: name it in BUS_URL, ?name=...'
  must(partitions === partitionCount, `it has ${partitions} partitions instead of ${partitionCount}`, elsewhere)
  const policy = configs.get('cleanup.policy') ?? 'delete'
  must(policy === 'delete', `cleanup.policy is ${policy} instead of delete`, set('cleanup.policy=delete'))
  const retention = number('retention.ms', -1)
  const isKept = retention === -1 || retention >= retentionMs
  must(isKept, `retention.ms is ${retention} instead of ${retentionMs}`, set(`retention.ms=${retentionMs}`))
  const bytes = number('retention.bytes', -1)
  must(bytes === -1, `retention.bytes is ${bytes} instead of -1`, set('retention.bytes=-1'))
  const most = number('max.message.bytes', mostBytes)
  const isLarge = most >= largestMessageBytes + overheadBytes
  must(isLarge, `max.message.bytes is ${most} instead of ${mostBytes}`, set(`max.message.bytes=${mostBytes}`))
  const copies = wantedReplicas ?? replicas
  must(
    replicas >= copies,
    `it has ${replicas} replicas instead of ${copies}`,
    `kafka-reassign-partitions.sh, or ${elsewhere}`,
  )
  const insync = number('min.insync.replicas', 1)
  const wanted = insyncFor(replicas)
  const isInsync = insync >= wanted && insync <= replicas
  must(isInsync, `min.insync.replicas is ${insync} instead of ${wanted}`, set(`min.insync.replicas=${wanted}`))
  return differences
}

function durabilityOf(configs: Configs, replicas: number, name: string): TopicState {
  const insync = Number(configs.get('min.insync.replicas') ?? 1)
  const isUnclean = configs.get('unclean.leader.election.enable') === 'true'
  if (replicas >= 3 && insync >= 2 && !isUnclean) {
    const durabilityReason = `The topic ${name} has ${replicas} replicas, and ${insync} of them have a message before it is confirmed.`
    return { durability: 'replicated', durabilityReason }
  }
  if (configs.get('flush.messages') === '1') {
    const durabilityReason = `The topic ${name} confirms a message when it is on the disk (flush.messages=1).`
    return { durability: 'power-loss', durabilityReason }
  }
  const why = isUnclean
    ? 'and may elect a leader that lacks messages; unclean.leader.election.enable=false forbids that'
    : 'and a confirmed message may be only in memory; three brokers with replicas=3 in BUS_URL, or flush.messages=1 for the topic, keep it'
  const count = replicas === 1 ? 'one replica' : `${replicas} replicas`
  return { durability: 'process-crash', durabilityReason: `The topic ${name} has ${count}, ${why}.` }
}
