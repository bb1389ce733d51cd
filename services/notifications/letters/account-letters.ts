// The letters about an account: confirm the e-mail address, choose a new password, change the address. In the language of the page of the
// shop that their link leads to; without one, in the shop's.
import type { MessageOf } from '@souk/contracts'
import type { Language } from '@souk/contracts/notifications'
import type { PasswordResetRequested, SignUpRepeated, VerificationRequested } from '@souk/contracts/users'
import { greeting, timeText } from './formatting.ts'
import { button, type Letter, note, paragraph, type Shop } from './letter.ts'
import { accountTextsOf, languageOf } from './texts/texts.ts'

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

/** The language that the path of a link begins with, or that of the page which it leads on to. */
function languageOfLink(link: string | undefined): Language {
  const url = link === undefined ? null : URL.parse(link)
  const places = [url?.pathname, url?.searchParams.get('callbackURL')]
  const words = places.map((place) => URL.parse(place ?? '', 'http://shop.invalid')?.pathname.split('/')[1])
  return languageOf(words.find((word) => word !== undefined && word === languageOf(word)))
}

interface Linked {
  url?: string
}
const textsFor = ({ url }: Linked) => accountTextsOf(languageOfLink(url))

export function verification(content: Verification, shop: Shop): Letter {
  const language = languageOfLink(content.url)
  const t = accountTextsOf(language).verification
  return {
    language,
    subject: verificationSubject(content, shop),
    summary: t.summary,
    heading: t.heading,
    blocks: [
      paragraph(greeting(content.name, language)),
      paragraph(t.text(shop.name)),
      ...button(t.button, content.url),
      note(t.note),
    ],
  }
}
export function verificationSubject(content: Linked, shop: Shop): string {
  return textsFor(content).verification.subject(shop.name)
}

export function passwordReset({ name, url, expiresAt }: PasswordReset, shop: Shop): Letter {
  const language = languageOfLink(url)
  const { passwordReset: t, expires } = accountTextsOf(language)
  const end = expires(timeText(expiresAt, language))
  return {
    language,
    subject: passwordResetSubject({ url }, shop),
    summary: end,
    heading: t.heading,
    blocks: [
      paragraph(greeting(name, language)),
      paragraph(t.text(shop.name)),
      ...button(t.button, url),
      paragraph(end),
      note(t.note),
    ],
  }
}
export function passwordResetSubject(content: Linked, shop: Shop): string {
  return textsFor(content).passwordReset.subject(shop.name)
}

export function repeatedSignUp({ name, url, expiresAt }: RepeatedSignUp, shop: Shop): Letter {
  const language = languageOfLink(url)
  const { repeatedSignUp: t, expires } = accountTextsOf(language)
  return {
    language,
    subject: repeatedSignUpSubject({ url }, shop),
    summary: t.summary,
    heading: t.heading,
    blocks: [
      paragraph(greeting(name, language)),
      paragraph(t.text(shop.name)),
      ...button(t.button, url),
      paragraph(expires(timeText(expiresAt, language))),
      note(t.note),
    ],
  }
}
export function repeatedSignUpSubject(content: Linked, shop: Shop): string {
  return textsFor(content).repeatedSignUp.subject(shop.name)
}

/** To the new address: the link that changes it. */
export function emailChange({ name, url, expiresAt, oldEmail }: EmailChange, shop: Shop): Letter {
  const language = languageOfLink(url)
  const { emailChange: t, expires } = accountTextsOf(language)
  return {
    language,
    subject: emailChangeSubject({ url }, shop),
    summary: t.summary,
    heading: t.heading,
    blocks: [
      paragraph(greeting(name, language)),
      paragraph(t.text(shop.name, oldEmail)),
      ...button(t.button, url),
      ...(expiresAt ? [paragraph(expires(timeText(expiresAt, language)))] : []),
      note(t.note),
    ],
  }
}
export function emailChangeSubject(content: Linked, shop: Shop): string {
  return textsFor(content).emailChange.subject(shop.name)
}

/** To the old address, when the change was requested. */
export function emailChangeNotice(content: EmailChange, shop: Shop): Letter {
  const language = languageOfLink(content.url)
  const t = accountTextsOf(language).emailChangeNotice
  return {
    language,
    subject: emailChangeNoticeSubject(content, shop),
    summary: t.summary,
    heading: t.heading,
    blocks: [paragraph(greeting(content.name, language)), paragraph(t.text(shop.name, content.newEmail)), note(t.note)],
  }
}
export function emailChangeNoticeSubject(content: Linked, shop: Shop): string {
  return textsFor(content).emailChangeNotice.subject(shop.name)
}

/** To both addresses, after the change. */
export function emailChanged(content: EmailChange, shop: Shop): Letter {
  const language = languageOfLink(content.url)
  const t = accountTextsOf(language).emailChanged
  return {
    language,
    subject: emailChangedSubject(content, shop),
    summary: t.summary,
    heading: t.heading,
    blocks: [
      paragraph(greeting(content.name, language)),
      paragraph(t.text(shop.name, content.oldEmail, content.newEmail)),
      note(t.note),
    ],
  }
}
export function emailChangedSubject(content: Linked, shop: Shop): string {
  return textsFor(content).emailChanged.subject(shop.name)
}
