// The letters about an account: confirm the e-mail address, choose a new password, change the address.
import type { MessageOf } from '@souk/contracts'
import type { PasswordResetRequested, SignUpRepeated, VerificationRequested } from '@souk/contracts/users'
import { greeting, timeText } from './formatting.ts'
import { button, type Letter, note, paragraph, type Shop } from './letter.ts'

export type Verification = MessageOf<typeof VerificationRequested>['data']
export type PasswordReset = MessageOf<typeof PasswordResetRequested>['data']
export type RepeatedSignUp = MessageOf<typeof SignUpRepeated>['data']
/** `email` is the recipient. The link is in the letter to the new address only. */
export interface EmailChange {
  email: string
  name: string
  oldEmail: string
  newEmail: string
  url?: string
  expiresAt?: string
}

export function verification({ name, url }: Verification, shop: Shop): Letter {
  return {
    language: 'en',
    subject: verificationSubject(shop),
    summary: `Please confirm that this address is yours.`,
    heading: 'Confirm your e-mail address',
    blocks: [
      paragraph(greeting(name, 'en')),
      paragraph(
        `An account at ${shop.name} was created with this e-mail address. Please confirm that the address is yours.`,
      ),
      ...button('Confirm my address', url),
      note('If you did not create this account, do not confirm. The address then stays unconfirmed.'),
    ],
  }
}
export function verificationSubject(shop: Shop): string {
  return `Confirm your e-mail address for ${shop.name}`
}

export function passwordReset({ name, url, expiresAt }: PasswordReset, shop: Shop): Letter {
  return {
    language: 'en',
    subject: passwordResetSubject(shop),
    summary: `The link works once. It expires on ${timeText(expiresAt, 'en')}.`,
    heading: 'Choose a new password',
    blocks: [
      paragraph(greeting(name, 'en')),
      paragraph(
        `We received a request to reset the password of your account at ${shop.name}. Use the link below to choose a new one.`,
      ),
      ...button('Choose a new password', url),
      paragraph(`The link works once. It expires on ${timeText(expiresAt, 'en')}.`),
      note('If you did not request this, you can ignore this e-mail. Your password stays the same.'),
    ],
  }
}
export function passwordResetSubject(shop: Shop): string {
  return `Choose a new password for ${shop.name}`
}

export function repeatedSignUp({ name, url, expiresAt }: RepeatedSignUp, shop: Shop): Letter {
  return {
    language: 'en',
    subject: repeatedSignUpSubject(shop),
    summary: 'Somebody tried to create an account with your address.',
    heading: 'You have an account already',
    blocks: [
      paragraph(greeting(name, 'en')),
      paragraph(
        `Somebody tried to create an account at ${shop.name} with this e-mail address. There is one already, and nothing about it has changed. If it was you, sign in as before, or choose a new password.`,
      ),
      ...button('Choose a new password', url),
      paragraph(`The link works once. It expires on ${timeText(expiresAt, 'en')}.`),
      note('If you have never created an account here, choose a new password: that signs everybody else out of it.'),
    ],
  }
}
export function repeatedSignUpSubject(shop: Shop): string {
  return `You have an account at ${shop.name} already`
}

/** To the new address: the link that changes it. */
export function emailChange({ name, url, expiresAt, oldEmail }: EmailChange, shop: Shop): Letter {
  return {
    language: 'en',
    subject: emailChangeSubject(shop),
    summary: 'Please confirm that your account should use this address.',
    heading: 'Confirm your new e-mail address',
    blocks: [
      paragraph(greeting(name, 'en')),
      paragraph(
        `The account at ${shop.name} that used ${oldEmail} so far is to use this address from now on. Please confirm that you want this.`,
      ),
      ...button('Use this address', url),
      ...(expiresAt ? [paragraph(`The link works once. It expires on ${timeText(expiresAt, 'en')}.`)] : []),
      note('If you did not request this, you can ignore this e-mail. Nothing changes then.'),
    ],
  }
}
export function emailChangeSubject(shop: Shop): string {
  return `Confirm your new e-mail address for ${shop.name}`
}

/** To the old address, when the change was requested. */
export function emailChangeNotice({ name, newEmail }: EmailChange, shop: Shop): Letter {
  return {
    language: 'en',
    subject: emailChangeNoticeSubject(shop),
    summary: 'Somebody asked to change the e-mail address of your account.',
    heading: 'Your e-mail address is about to change',
    blocks: [
      paragraph(greeting(name, 'en')),
      paragraph(
        `Somebody who entered your password asked to change the e-mail address of your account at ${shop.name} to ${newEmail}. It changes when that address is confirmed.`,
      ),
      note('If it was not you, change your password now. That stops the change of the address, too.'),
    ],
  }
}
export function emailChangeNoticeSubject(shop: Shop): string {
  return `Your e-mail address at ${shop.name} is about to change`
}

/** To both addresses, after the change. */
export function emailChanged({ name, oldEmail, newEmail }: EmailChange, shop: Shop): Letter {
  return {
    language: 'en',
    subject: emailChangedSubject(shop),
    summary: 'The e-mail address of your account has changed.',
    heading: 'Your e-mail address has changed',
    blocks: [
      paragraph(greeting(name, 'en')),
      paragraph(
        `Your account at ${shop.name} used ${oldEmail} so far and uses ${newEmail} now. All other devices were signed out.`,
      ),
      note('If it was not you, write to us at once.'),
    ],
  }
}
export function emailChangedSubject(shop: Shop): string {
  return `Your e-mail address at ${shop.name} has changed`
}
