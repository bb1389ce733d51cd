// The letters about an account: confirm the e-mail address, choose a new password.
import type { MessageOf } from '@souk/contracts'
import type { PasswordResetRequested, VerificationRequested } from '@souk/contracts/users'
import { greeting, timeText } from './formatting.ts'
import { button, type Letter, note, paragraph, type Shop } from './letter.ts'

export type Verification = MessageOf<typeof VerificationRequested>['data']
export type PasswordReset = MessageOf<typeof PasswordResetRequested>['data']

export function verification({ name, url }: Verification, shop: Shop): Letter {
  return {
    subject: verificationSubject(shop),
    summary: `Please confirm that this address is yours.`,
    heading: 'Confirm your e-mail address',
    blocks: [
      paragraph(greeting(name)),
      paragraph(
        `An account at ${shop.name} was created with this e-mail address. Please confirm that the address is yours.`,
      ),
      ...button('Confirm my address', url),
      note('If you did not create this account, you can ignore this e-mail. The address then stays unconfirmed.'),
    ],
  }
}
export function verificationSubject(shop: Shop): string {
  return `Confirm your e-mail address for ${shop.name}`
}

export function passwordReset({ name, url, expiresAt }: PasswordReset, shop: Shop): Letter {
  return {
    subject: passwordResetSubject(shop),
    summary: `The link works once. It expires on ${timeText(expiresAt)}.`,
    heading: 'Choose a new password',
    blocks: [
      paragraph(greeting(name)),
      paragraph(
        `We received a request to reset the password of your account at ${shop.name}. Use the link below to choose a new one.`,
      ),
      ...button('Choose a new password', url),
      paragraph(`The link works once. It expires on ${timeText(expiresAt)}.`),
      note('If you did not request this, you can ignore this e-mail. Your password stays the same.'),
    ],
  }
}
export function passwordResetSubject(shop: Shop): string {
  return `Choose a new password for ${shop.name}`
}
