// A service's own database with its outbox: messages are stored in the transaction or statement that causes them.
import type { Message } from '@souk/contracts'
import {
  type Accompaniment,
  columns,
  json,
  openDatabase as openPostgres,
  type Database as Postgres,
  type DatabaseOptions as PostgresOptions,
  type Transaction as PostgresTransaction,
  type Row,
  type Sql,
  type Statement,
} from '@souk/postgres'
import { type Envelope, envelopeOf, type Origin } from './envelope.ts'
import type { Trace } from './trace.ts'
import { largestMessageBytes } from './transports/transport.ts'

/** What may happen inside a transaction. `send` exists only here, so that no message is sent without the outbox. */
export interface Transaction extends PostgresTransaction {
  /** Stores messages in the outbox; they leave after the commit, in this order, and only if it succeeds. */
  send(...messages: Message[]): void
  /**
   * Runs `work` once, just before the commit, with all items that were added for it: one statement for a whole batch of
   * messages, whose row locks are taken last and in one order.
   */
  beforeCommit<T>(work: BeforeCommit<T>, item: T): void
}
export type BeforeCommit<T> = (items: readonly T[], transaction: Transaction) => Promise<void>

export interface Database extends Omit<Postgres, 'transaction' | 'commit'> {
  /** Runs `work` in one transaction and commits, or rolls back and throws what it threw. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, origin?: Origin): Promise<T>
  /** One statement, one commit, one round trip. Resolves with the rows of the statement. */
  commit<R = Row>(statement: Statement<R>, effects: Effects, origin?: Origin): Promise<R[]>
}
/** What happens together with a statement, in one snapshot and one commit. */
export interface Effects extends Accompaniment {
  /** Messages that leave if, and only if, the statement returned a row. */
  send?: readonly Message[]
  /** Messages that leave if, and only if, the statement returned a row with this `id` (a UUID). */
  sendFor?: readonly { id: string; messages: readonly Message[]; trace: Trace }[]
}

export interface DatabaseOptions extends Omit<PostgresOptions, 'name'> {
  /** Where messages come from, as in their `source`. */
  service: string
  /** Called after a commit that stored messages. */
  onMessagesStored?: () => void
}

/** Opens a service's database, which must have the tables of `migrations/`. */
export function openDatabase({ service, onMessagesStored, ...options }: DatabaseOptions): Database {
  const postgres = openPostgres({ ...options, name: service })
  const { sql } = postgres
  const stored = () => onMessagesStored?.()

  return {
    ...postgres,
    transaction: (work, origin) =>
      postgres.transaction(async (inner) => {
        const messages: Envelope[] = []
        const added = new Map<BeforeCommit<never>, unknown[]>()
        const transaction: Transaction = {
          ...inner,
          send: (...sent) => void messages.push(...sent.map((message) => envelopeOf(message, service, origin))),
          beforeCommit(work, item) {
            const items = added.get(work)
            if (items) items.push(item)
            else added.set(work, [item])
          },
        }
        const result = await work(transaction)
        for (const [work, items] of added) await work(items as never[], transaction)
        if (messages.length > 0) {
          inner.withCommit(
            insertMessages(
              sql,
              messages.map((envelope) => ({ envelope })),
            ),
          )
          inner.afterCommit(stored)
        }
        return result
      }),
    async commit<R>(statement: Statement<R>, { given, also = [], send = [], sendFor = [] }: Effects, origin?: Origin) {
      const messages: MessageToStore[] = [
        ...send.map((message) => ({ envelope: envelopeOf(message, service, origin) })),
        ...sendFor.flatMap(({ id, messages, trace }) =>
          messages.map((message) => ({ causedBy: id, envelope: envelopeOf(message, service, { trace }) })),
        ),
      ]
      if (messages.length === 0) return postgres.commit(statement, { given, also })
      const isCaused =
        sendFor.length > 0
          ? sql`coalesce(caused_by in (select id from changed), exists (select from changed))`
          : sql`exists (select from changed)`
      const insert = sql`${insertMessages(sql, messages)} where ${isCaused}`
      const rows = await postgres.commit(statement, { given, also: [...also, insert] })
      if (rows.length > 0) stored()
      return rows
    },
  }
}

interface MessageToStore {
  /** The id of the row that it depends on. */
  causedBy?: string
  envelope: Envelope
}
const messageRows = columns<MessageToStore>({
  event_id: ['uuid', ({ envelope }) => envelope.id],
  caused_by: ['uuid', ({ causedBy }) => causedBy],
  type: ['text', ({ envelope }) => envelope.type],
  key: ['text', ({ envelope }) => envelope.subject],
  envelope: ['json', ({ envelope }) => jsonOf(envelope)],
})
/** Throws for a message that no broker would take: in the outbox, it would wait forever. */
function jsonOf(envelope: Envelope): string | null {
  const text = json(envelope)
  const mayBeLarge = text !== null && text.length > largestMessageBytes / 3 // A character has at most three bytes.
  if (mayBeLarge && Buffer.byteLength(text) > largestMessageBytes)
    throw new Error(
      `A message ${envelope.type} has ${Buffer.byteLength(text)} bytes as JSON, and may have at most ${largestMessageBytes}.`,
    )
  return text
}
/** May be followed by a condition. */
function insertMessages(sql: Sql, messages: readonly MessageToStore[]): Statement {
  return sql`
    insert into outbox (event_id, type, key, envelope)
    select event_id, type, key, envelope
    from ${messageRows(messages)} as message`
}
