// The letters about an account: prove the address, choose a new password.
import type { MessageOf } from '@souk/contracts'
import type { PasswordResetRequested, VerificationRequested } from '@souk/contracts/users'
import { greeting, timeText } from './formatting.ts'
import { button, type Letter, note, paragraph, type Shop } from './letter.ts'

export type Verification = MessageOf<typeof VerificationRequested>['data']
export type PasswordReset = MessageOf<typeof PasswordResetRequested>['data']

export function verification({ name, url }: Verification, shop: Shop): Letter {
  return {
    subject: verificationSubject(shop),
    summary: 'One click, and your account is ready.',
    heading: 'Confirm your e-mail address',
    blocks: [
      paragraph(greeting(name)),
      paragraph(
        `Somebody, we hope you, made an account at ${shop.name} with this address. Please confirm that it is yours.`,
      ),
      ...button('Confirm my address', url),
      note('If it was not you, you need not do anything: without this confirmation the address is not used.'),
    ],
  }
}
export function verificationSubject(shop: Shop): string {
  return `Confirm your e-mail address for ${shop.name}`
}

export function passwordReset({ name, url, expiresAt }: PasswordReset, shop: Shop): Letter {
  return {
    subject: passwordResetSubject(shop),
    summary: `The link works once, until ${timeText(expiresAt)}.`,
    heading: 'Choose a new password',
    blocks: [
      paragraph(greeting(name)),
      paragraph(
        `Somebody, we hope you, forgot the password of your account at ${shop.name}. Here you choose a new one.`,
      ),
      ...button('Choose a new password', url),
      paragraph(`The link works once, until ${timeText(expiresAt)}.`),
      note('If it was not you, you need not do anything: your password stays as it is.'),
    ],
  }
}
export function passwordResetSubject(shop: Shop): string {
  return `Choose a new password for ${shop.name}`
}
