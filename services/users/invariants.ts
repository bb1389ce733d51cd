// What always holds in this service's database. The SQL of each statement returns the rows that break it.

export interface Invariant {
  readonly id: string
  readonly statement: string
  readonly sql: string
}

export const invariants: readonly Invariant[] = [
  {
    id: 'U1-one-default-address',
    statement: 'An address book with addresses has exactly one default.',
    sql: `
      select user_id, count(*) filter (where is_default) as defaults
      from address
      group by user_id
      having count(*) filter (where is_default) <> 1`,
  },
  {
    id: 'U2-passwords-hashed',
    statement: 'Every account has a password, stored as an argon2id hash.',
    sql: `
      select u.id, left(c.password, 10) as begins_with
      from shop_user u
      left join credential c on c.user_id = u.id and c.provider_id = 'credential'
      where c.password is null
        or c.password !~ '^\\$argon2id\\$v=19\\$m=[0-9]+,t=[0-9]+,p=[0-9]+\\$[A-Za-z0-9+/]+\\$[A-Za-z0-9+/]{43}$'`,
  },
  {
    id: 'U3-sessions-end',
    statement: 'A session is stored with the hash of its token, and lasts ninety days at most.',
    sql: `
      select id, user_id, expires_at
      from session
      where expires_at > created_at + interval '91 days'
        or token_hash !~ '^[A-Za-z0-9_-]{43}$'`,
  },
  {
    id: 'U4-account-announced',
    statement: 'Every account of the last ten days was announced in the transaction that made it.',
    sql: `
      select u.id, u.created_at
      from shop_user u
      where u.created_at > now() - interval '10 days'
        and u.id::text not in (
          select key from outbox where type = 'users.user-registered'
          union all
          select key from outbox_sent where type = 'users.user-registered')`,
  },
]
