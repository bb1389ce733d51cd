// The words of the pages behind the links in mails, by language.
import { type Language, languages } from '@souk/contracts/storefront'
import type { LinkAction } from '@souk/contracts/users'

interface ActionWords {
  heading: string
  text: string
  button: string
  done: string
}
export interface LinkWords {
  actions: Record<LinkAction, ActionWords>
  newPassword: string
  passwordHint: string
  onward: string
  incomplete: string
  /** What to say of a refusal, by its code; the sentence of the refusal itself without one. */
  refusals: Readonly<Record<string, string>>
}

const en: LinkWords = {
  actions: {
    'verify-email': {
      heading: 'Confirm your e-mail address',
      text: 'The account and the orders that were placed with this address then belong together. Confirm only if you created the account yourself.',
      button: 'Confirm my address',
      done: 'Your e-mail address is confirmed.',
    },
    'reset-password': {
      heading: 'Choose a new password',
      text: 'The old password stops working, and all devices are signed out.',
      button: 'Set the password',
      done: 'Your new password is set. You can sign in with it now.',
    },
    'change-email': {
      heading: 'Use this e-mail address',
      text: 'Your account gets this address in place of the old one, and other devices are signed out.',
      button: 'Use this address',
      done: 'Your account has its new e-mail address. Sign in with it from now on.',
    },
  },
  newPassword: 'New password',
  passwordHint: 'At least 8 characters. Three words in a row are good.',
  onward: 'Continue',
  incomplete: 'This link is not complete. Open it from the e-mail again.',
  refusals: {},
}
const de: LinkWords = {
  actions: {
    'verify-email': {
      heading: 'E‑Mail-Adresse bestätigen',
      text: 'Das Konto und die Bestellungen mit dieser Adresse gehören dann zusammen. Bestätigen Sie nur, wenn Sie das Konto selbst angelegt haben.',
      button: 'Meine Adresse bestätigen',
      done: 'Ihre E-Mail-Adresse ist bestätigt.',
    },
    'reset-password': {
      heading: 'Neues Passwort wählen',
      text: 'Das alte Passwort gilt dann nicht mehr, und alle Geräte werden abgemeldet.',
      button: 'Passwort setzen',
      done: 'Ihr neues Passwort gilt. Sie können sich jetzt damit anmelden.',
    },
    'change-email': {
      heading: 'Diese E‑Mail-Adresse verwenden',
      text: 'Ihr Konto bekommt diese Adresse anstelle der alten, und andere Geräte werden abgemeldet.',
      button: 'Diese Adresse verwenden',
      done: 'Ihr Konto hat die neue E-Mail-Adresse. Melden Sie sich ab jetzt damit an.',
    },
  },
  newPassword: 'Neues Passwort',
  passwordHint: 'Mindestens 8 Zeichen. Drei Wörter hintereinander sind gut.',
  onward: 'Weiter',
  incomplete: 'Dieser Link ist nicht vollständig. Öffnen Sie ihn noch einmal aus der E-Mail.',
  refusals: {
    'invalid-token': 'Dieser Link gilt nicht mehr. Fordern Sie einen neuen an.',
    'password-too-short': 'Wählen Sie ein längeres Passwort, mindestens 8 Zeichen.',
    'password-too-long': 'Wählen Sie ein kürzeres Passwort.',
    'password-too-personal': 'Wählen Sie ein Passwort ohne Ihren Namen, Ihre Adresse und den Namen des Ladens.',
    'password-too-common': 'Dieses Passwort nutzen viele, deshalb wird es zuerst erraten. Wählen Sie ein anderes.',
  },
}
const words: Readonly<Record<Language, LinkWords>> = { en, de }

/**
 * The language of such a page: that of the page of the shop that it leads on to, or else the first of the browser's that we have. The page
 * is one person's own, so no search engine sees it change.
 */
export function linkLanguage(callbackURL: string, acceptLanguage = ''): Language {
  const path = URL.canParse(callbackURL, 'http://shop.invalid')
    ? new URL(callbackURL, 'http://shop.invalid').pathname
    : ''
  const known = (code: string | undefined) => languages.find((one) => one === code)
  const wanted = acceptLanguage.split(',').map((one) => known(one.trim().slice(0, 2).toLowerCase()))
  return known(path.split('/')[1]) ?? wanted.find((one) => one !== undefined) ?? languages[0]
}

export function linkWords(language: Language): LinkWords {
  return words[language]
}
