// Checks by schedule what must always hold for letters: the newest ones, and those that wait.
import { countViolations, invariantCheck, invariantFigures } from '@souk/service'
import type { NotificationsContext } from './context.ts'
import { invariants } from './invariants.ts'

const newest = 1_000
/** The confirmation of an order may be older than the newest letters. */
const checked = invariants.filter(({ id }) => id !== 'E9-confirmed-before-shipped')

export const checkInvariants = invariantCheck((context: NotificationsContext) =>
  countViolations(
    context,
    checked,
    (sql) => sql`
      with notification as materialized (
        select *
        from notification
        where id in (
          (select id from notification order by id desc limit ${newest})
          union
          (select id from notification where status = 'queued' limit ${newest})
        )
      )`,
  ),
)
export const invariantsOfNotifications = invariantFigures(checked.map(({ id }) => id))
