// The keys with which pushes are signed (VAPID, RFC 8292). A browser takes pushes that are signed with the key it subscribed with, so
// keys are kept: the newest is for new subscriptions, the others sign for those that have subscribed with them. The first key is made when
// one is first needed. Production may set keys of its own, which then come first.
import { createECDH } from 'node:crypto'
import type { Sql } from '@souk/postgres'

export interface PushKey {
  /** 65 bytes, a point of P-256, in base64url. */
  publicKey: string
  /** 32 bytes in base64url. */
  privateKey: string
}
export interface PushKeys {
  /** The key for new subscriptions. */
  newest(): Promise<PushKey>
  /** The key pair with this public key; undefined: it is none of ours. */
  of(publicKey: string): Promise<PushKey | undefined>
}

/** `given`: private keys of the settings, separated by commas, the first for new subscriptions. Throws when one is no key. */
export function openPushKeys(sql: Sql, now: () => Date, given: string | undefined): PushKeys {
  const set = given === undefined ? [] : given.split(',').map((key) => pairOf(key.trim()))
  let loading: Promise<PushKey[]> | undefined
  function all(): Promise<PushKey[]> {
    // A failed attempt is not kept, so the next one asks the database again.
    loading ??= loadKeys(sql, now, set).catch((error) => {
      loading = undefined
      throw error
    })
    return loading
  }
  return {
    async newest() {
      return (await all())[0] as PushKey // There is one, given or made.
    },
    async of(publicKey) {
      return (await all()).find((key) => key.publicKey === publicKey)
    },
  }
}

/** Stores the keys of the settings, or a first one, and reads all. Several processes that start at once agree on one. */
async function loadKeys(sql: Sql, now: () => Date, set: readonly PushKey[]): Promise<PushKey[]> {
  const at = now().toISOString()
  for (const key of set)
    await sql`
      insert into push_key (public_key, private_key, created_at)
      values (${key.publicKey}, ${key.privateKey}, ${at})
      on conflict (public_key) do nothing`
  if (set.length === 0) {
    const made = newPair()
    await sql`
      insert into push_key (public_key, private_key, is_made, created_at)
      select ${made.publicKey}, ${made.privateKey}, true, ${at}
      where not exists (select from push_key)
      on conflict (is_made) do nothing`
  }
  const stored = await sql<PushKey>`select public_key, private_key from push_key order by created_at desc, public_key`
  const isSet = (key: PushKey) => set.some(({ publicKey }) => publicKey === key.publicKey)
  return [...set, ...stored.filter((key) => !isSet(key))]
}

function newPair(): PushKey {
  const ecdh = createECDH('prime256v1')
  const publicKey = ecdh.generateKeys('base64url')
  return { publicKey, privateKey: padded(ecdh.getPrivateKey()) }
}
function pairOf(privateKey: string): PushKey {
  const ecdh = createECDH('prime256v1')
  try {
    ecdh.setPrivateKey(privateKey, 'base64url')
  } catch (error) {
    throw new Error('NOTIFICATIONS_VAPID_KEYS must hold private keys of P-256 in base64url.', { cause: error })
  }
  return { publicKey: ecdh.getPublicKey('base64url'), privateKey: padded(ecdh.getPrivateKey()) }
}
/** Leading zeros are part of a key. */
function padded(key: Buffer): string {
  return Buffer.concat([Buffer.alloc(32 - key.length), key]).toString('base64url')
}
