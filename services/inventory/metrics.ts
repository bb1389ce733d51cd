// What the metrics tell of stock and reservations.
import { type Figures, mostCounted } from '@souk/service'

export const stockFigures: Figures = {
  metrics: [
    {
      name: 'souk_reservations_open',
      help: 'Reservations that hold stock until a term, while a checkout is under way; at most 10001',
      perService: false,
    },
    {
      name: 'souk_stock_oversold',
      help: 'SKUs of a location with less on hand than is reserved, as checked last; must be 0',
      perService: false,
    },
  ],
  select: (sql) => sql`
    select 'souk_reservations_open' as metric, '' as label, count(*)::float as value
    from (select from reservation where expires_at is not null limit ${mostCounted}) as open
    union all
    select 'souk_stock_oversold', '', coalesce((select violations from check_outcome where name = 'invariant I1'), 0)::float`,
}
