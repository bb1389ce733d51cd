// Decides on which channels news of orders are told: the mail, unless the customer left it out where that is allowed; a push to each
// browser that asked for it; a text message to who wants one. One statement for all messages of a batch.
import { columns, type Sql } from '@souk/postgres'
import type { NewNotification } from '../notification-table.ts'
import type { News } from '../preferences/person-table.ts'

const newsRows = columns<{ place: number; orderId: string | undefined; customerId: string | undefined; name: News }>({
  place: ['int', (row) => row.place],
  order_id: ['uuid', (row) => row.orderId],
  customer_id: ['uuid', (row) => row.customerId],
  news: ['text', (row) => row.name],
})
interface Target {
  place: number
  channel: 'push' | 'sms' | 'no-mail'
  /** The id of a browser, or a telephone number. */
  recipient: string
}

/** The mails that are sent, with the same news for other channels. */
export async function onAllChannels(mails: readonly NewNotification[], sql: Sql): Promise<NewNotification[]> {
  const news = mails.flatMap(({ news, orderId }, place) => (news ? [{ place, orderId, ...news }] : []))
  if (news.length === 0) return [...mails]
  const targets = await sql<Target>`
    with news as materialized (
      select * from ${newsRows(news)} as news
    )
    select news.place, 'push' as channel, t.browser_id::text as recipient
    from news
    join push_topic t on t.order_id = news.order_id
    union
    select news.place, 'push', t.browser_id::text
    from news
    join push_topic t on t.user_id = news.customer_id
    left join person p on p.user_id = news.customer_id
    where p.user_id is null or news.news <> all(p.no_push)
    union all
    select news.place, 'sms', p.phone
    from news
    join person p on p.user_id = news.customer_id
    where p.phone_confirmed_at is not null and news.news = any(p.texts)
    union all
    select news.place, 'no-mail', ''
    from news
    join person p on p.user_id = news.customer_id
    where news.news = any(p.no_mail)`
  const silent = new Set(targets.filter(({ channel }) => channel === 'no-mail').map(({ place }) => place))
  const others = targets.flatMap((target) => onChannel(mails[target.place] as NewNotification, target))
  return [...mails.filter((_mail, place) => !silent.has(place)), ...others]
}

function onChannel(mail: NewNotification, { channel, recipient }: Target): NewNotification[] {
  if (!mail.news || channel === 'no-mail' || (channel === 'sms' && !mail.news.canText)) return []
  const { messageId, news, limits: _limits, ...same } = mail
  const place = channel === 'push' ? `push-${recipient}` : 'sms'
  return [
    {
      ...same,
      channel,
      recipient,
      status: news.firstStatus[channel],
      messageId: messageId.replace('@', `@${place}.`),
    },
  ]
}
