// PUT, POST confirm and DELETE of the telephone number for text messages. A number is used once the code that was sent to it has come back.
// Texts cost money and reach people who did not ask: few codes for a customer, a number and a network, and only to countries of the
// settings.
import { createHash, randomInt, randomUUIDv7, timingSafeEqual } from 'node:crypto'
import { notificationsApi } from '@souk/contracts/notifications'
import { clientNetwork, handle, logSecurityEvent, refuse } from '@souk/service'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import type { NotificationsContext } from '../context.ts'
import { insertNotification } from '../notification-table.ts'
import { newNotification } from '../queue-notification.ts'
import { takeAttempt } from '../throttle.ts'
import { preferencesOf } from './preferences.ts'

const { putPhone: putRoute, confirmPhone: confirmRoute, deletePhone: deleteRoute } = notificationsApi.routes
const day = 86_400
const codeMinutes = 10
const mostTries = 5

export const putPhone = handle(putRoute, async ({ body, caller, ip }, context: NotificationsContext) => {
  const { sql, now, settings, resources } = context
  if (!resources.canText) refuse(putRoute, 'texts-unavailable', 'We send no text messages just now.')
  const number = parsePhoneNumberFromString(body.number, { defaultCountry: body.country as CountryCode | undefined })
  if (!number?.isValid())
    refuse(putRoute, 'phone-invalid', 'Enter a telephone number with its country, such as +49 30 901820.')
  if (!number.country || !settings.smsCountries.includes(number.country))
    refuse(putRoute, 'country-not-served', 'We cannot send text messages to this country.')
  await takeAttempt(context, [
    { bucket: `code for ${caller.userId}`, most: 5, windowSeconds: day },
    { bucket: `code to ${number.number}`, most: 5, windowSeconds: day },
    { bucket: `code from ${clientNetwork(ip)}`, most: 20, windowSeconds: day },
  ])
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  const expiresAt = new Date(now().getTime() + codeMinutes * 60_000).toISOString()
  await sql`
    insert into person (user_id, new_phone, code_hash, code_expires_at, language)
    values (${caller.userId}, ${number.number}, ${hashOf(code)}, ${expiresAt}, ${body.language})
    on conflict (user_id) do update set
      new_phone = excluded.new_phone, code_hash = excluded.code_hash, code_expires_at = excluded.code_expires_at, code_tries = 0`
  const content = { phone: number.number, code, language: body.language }
  await insertNotification(sql, newNotification('phone-code', content, randomUUIDv7(), context))
  return { number: number.number, expiresAt }
})

export const confirmPhone = handle(confirmRoute, async ({ body, caller, ip }, context: NotificationsContext) => {
  const { sql, now } = context
  const at = now().toISOString()
  const record = (event: 'phone-code-wrong' | 'phone-changed', outcome: 'allowed' | 'refused') =>
    logSecurityEvent(context, event, {
      service: 'notifications',
      outcome,
      ip,
      traceId: context.trace.traceId,
      userId: caller.userId,
    })
  // Counted before it is compared, so that tries in parallel are counted, too.
  const [asked] = await sql<{ codeHash: Buffer; codeTries: number }>`
    update person set code_tries = code_tries + 1
    where user_id = ${caller.userId} and code_hash is not null and code_expires_at > ${at}
    returning code_hash, code_tries`
  if (!asked || asked.codeTries > mostTries)
    refuse(confirmRoute, 'code-expired', 'This code no longer works. Ask for a new one.')
  const given = hashOf(body.code.replace(/[\s-]/g, ''))
  if (!timingSafeEqual(given, asked.codeHash)) {
    record('phone-code-wrong', 'refused')
    refuse(confirmRoute, 'code-wrong', 'This code is not right. Look at the text message again.')
  }
  await sql`
    update person set phone = new_phone, phone_confirmed_at = ${at}, new_phone = null, code_hash = null
    where user_id = ${caller.userId} and code_hash = ${given}`
  record('phone-changed', 'allowed')
  return preferencesOf(caller, context)
})

export const deletePhone = handle(deleteRoute, async ({ caller }, { sql }: NotificationsContext) => {
  await sql`
    update person
    set phone = null, phone_confirmed_at = null, new_phone = null, code_hash = null, texts = '{}'
    where user_id = ${caller.userId}`
  return undefined
})

function hashOf(code: string): Buffer {
  return createHash('sha256').update(code).digest()
}
