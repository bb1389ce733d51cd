// What must always hold for money: a statement, and a query that returns a row for each violation. `npm run verify` runs them on a
// running shop.

export interface Invariant {
  id: string
  statement: string
  /** Returns one text column, `detail`, with a row for each violation. */
  sql: string
}

export const invariants: readonly Invariant[] = [
  {
    id: 'M1',
    statement: 'Every transfer in the ledger is of an operation that moved money, between the accounts of its kind.',
    sql: `
      select 'transfer ' || l.id || ' of order ' || l.order_id || ' goes from ' || l.credit || ' to ' || l.debit
        || ' for ' || coalesce('a ' || o.kind || ' that ' || o.status, 'no operation') as detail
      from ledger_transfer l
      left join payment_operation o on o.order_id = l.order_id and o.id = l.id
      left join payment p on p.order_id = l.order_id
      where o.status is distinct from 'succeeded'
        or (l.debit, l.credit) is distinct from (
          case o.kind when 'capture' then 'provider:' || p.provider when 'refund' then 'refunds' end,
          case o.kind when 'capture' then 'customer-payments' when 'refund' then 'provider:' || p.provider end)`,
  },
  {
    id: 'M4',
    statement: 'No more is refunded than was captured.',
    sql: `
      select 'order ' || p.order_id || ' has refunds of ' || r.amount || ' for ' || p.captured || ' captured' as detail
      from payment p
      join (
        select order_id, sum(amount) as amount
        from payment_operation
        where kind = 'refund' and status <> 'failed'
        group by order_id
      ) r on r.order_id = p.order_id
      where r.amount > p.captured`,
  },
  {
    id: 'M5',
    statement: 'The ledger, the operations and the payments tell the same amounts.',
    sql: `
      select 'operation ' || o.id || ' moved ' || o.amount || ', the ledger says ' || coalesce(l.amount::text, 'nothing') as detail
      from payment_operation o
      left join ledger_transfer l on l.id = o.id
      where o.kind in ('capture', 'refund')
        and (case when o.status = 'succeeded' then o.amount end) is distinct from l.amount
      union all
      select 'order ' || p.order_id || ' says ' || p.captured || ' captured and ' || p.refunded || ' refunded, its operations '
        || s.captured || ' and ' || s.refunded
      from payment p
      cross join lateral (
        select coalesce(sum(amount) filter (where kind = 'capture'), 0) as captured,
          coalesce(sum(amount) filter (where kind = 'refund'), 0) as refunded
        from payment_operation o
        where o.order_id = p.order_id and o.status = 'succeeded'
      ) s
      where (s.captured, s.refunded) is distinct from (p.captured, p.refunded)`,
  },
  {
    id: 'M6',
    statement: 'A payment has at most one capture that has not failed.',
    sql: `
      select 'order ' || order_id || ' has ' || count(*) || ' captures' as detail
      from payment_operation
      where kind = 'capture' and status <> 'failed'
      group by order_id
      having count(*) > 1`,
  },
  {
    id: 'M7',
    statement: 'No operation stays without an answer for longer than two minutes, unless the customer is awaited.',
    sql: `
      select 'operation ' || o.id || ' of order ' || o.order_id || ' is ' || o.status || ' since ' || o.created_at as detail
      from payment_operation o
      join payment p on p.order_id = o.order_id
      where o.status in ('pending', 'unknown')
        and p.status <> 'action-required'
        and o.created_at < now() - interval '2 minutes'`,
  },
  {
    id: 'M8',
    statement: 'What counts as paid was captured to the cent, in the currency of the payment.',
    sql: `
      select 'order ' || p.order_id || ' costs ' || p.amount || ' ' || p.currency || ', ' || p.captured || ' was captured' as detail
      from payment p
      where p.status in ('captured', 'partially-refunded', 'refunded') and p.captured <> p.amount
      union all
      select 'order ' || p.order_id || ' is in ' || p.currency || ', its ledger in ' || l.currency
      from payment p
      join ledger_transfer l on l.order_id = p.order_id
      where p.status in ('captured', 'partially-refunded', 'refunded') and l.currency <> p.currency`,
  },
  {
    id: 'M9',
    statement:
      'A payment with captured money says so, and one that says so has it; what nobody wants is being given back.',
    sql: `
      select 'order ' || p.order_id || ' is ' || p.status || ' with ' || p.captured || ' captured, ' || p.refunded || ' refunded' as detail
      from payment p
      where p.status <> all (
        case
          when not exists (
            select from payment_operation o where o.order_id = p.order_id and o.kind = 'capture' and o.status = 'succeeded'
          ) then array['processing', 'action-required', 'authorized', 'declined', 'voided']
          when p.refunded = 0 then array['captured', 'declined', 'voided']
          when p.refunded < p.captured then array['partially-refunded', 'declined', 'voided']
          else array['refunded', 'declined', 'voided']
        end
      )
      or (
        p.status in ('declined', 'voided')
        and p.captured > (
          select coalesce(sum(amount), 0)
          from payment_operation o
          where o.order_id = p.order_id and o.kind = 'refund' and o.status <> 'failed'
        )
      )`,
  },
]
