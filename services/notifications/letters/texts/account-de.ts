// The German texts of letters about an account.
import type { AccountTexts } from './account-en.ts'

export const de: AccountTexts = {
  expires: (time) => `Der Link gilt einmal, bis ${time}.`,
  verification: {
    subject: (shop) => `Bitte bestätigen Sie Ihre E-Mail-Adresse für ${shop}`,
    summary: 'Bitte bestätigen Sie, dass diese Adresse Ihnen gehört.',
    heading: 'Bestätigen Sie Ihre E-Mail-Adresse',
    text: (shop) =>
      `Mit dieser E-Mail-Adresse wurde ein Konto bei ${shop} angelegt. Bitte bestätigen Sie, dass die Adresse Ihnen gehört.`,
    button: 'Adresse bestätigen',
    note: 'Wenn Sie dieses Konto nicht angelegt haben, bestätigen Sie bitte nichts. Die Adresse bleibt dann unbestätigt.',
  },
  passwordReset: {
    subject: (shop) => `Neues Passwort für ${shop}`,
    heading: 'Wählen Sie ein neues Passwort',
    text: (shop) =>
      `Für Ihr Konto bei ${shop} wurde ein neues Passwort angefordert. Mit diesem Link können Sie es wählen.`,
    button: 'Neues Passwort wählen',
    note: 'Wenn Sie das nicht waren, brauchen Sie nichts zu tun. Ihr Passwort bleibt, wie es ist.',
  },
  repeatedSignUp: {
    subject: (shop) => `Sie haben schon ein Konto bei ${shop}`,
    summary: 'Jemand wollte mit Ihrer Adresse ein Konto anlegen.',
    heading: 'Sie haben schon ein Konto',
    text: (shop) =>
      `Jemand wollte mit dieser E-Mail-Adresse ein Konto bei ${shop} anlegen. Es gibt schon eines, und daran hat sich nichts geändert. Wenn Sie das waren, melden Sie sich wie bisher an, oder wählen Sie ein neues Passwort.`,
    button: 'Neues Passwort wählen',
    note: 'Wenn Sie hier nie ein Konto angelegt haben, wählen Sie ein neues Passwort: Alle anderen werden dann abgemeldet.',
  },
  emailChange: {
    subject: (shop) => `Bitte bestätigen Sie Ihre neue E-Mail-Adresse für ${shop}`,
    summary: 'Bitte bestätigen Sie, dass Ihr Konto diese Adresse verwenden soll.',
    heading: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    text: (shop, old) =>
      `Das Konto bei ${shop}, das bisher ${old} verwendet hat, soll ab jetzt diese Adresse verwenden. Bitte bestätigen Sie, dass Sie das möchten.`,
    button: 'Diese Adresse verwenden',
    note: 'Wenn Sie das nicht waren, brauchen Sie nichts zu tun. Es ändert sich dann nichts.',
  },
  emailChangeNotice: {
    subject: (shop) => `Ihre E-Mail-Adresse bei ${shop} soll sich ändern`,
    summary: 'Jemand möchte die E-Mail-Adresse Ihres Kontos ändern.',
    heading: 'Ihre E-Mail-Adresse soll sich ändern',
    text: (shop, address) =>
      `Jemand, der Ihr Passwort eingegeben hat, möchte die E-Mail-Adresse Ihres Kontos bei ${shop} in ${address} ändern. Sie ändert sich, sobald diese Adresse bestätigt ist.`,
    note: 'Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort. Dann ändert sich auch die Adresse nicht.',
  },
  emailChanged: {
    subject: (shop) => `Ihre E-Mail-Adresse bei ${shop} wurde geändert`,
    summary: 'Die E-Mail-Adresse Ihres Kontos wurde geändert.',
    heading: 'Ihre E-Mail-Adresse wurde geändert',
    text: (shop, old, address) =>
      `Ihr Konto bei ${shop} hat bisher ${old} verwendet und verwendet jetzt ${address}. Alle anderen Geräte wurden abgemeldet.`,
    note: 'Wenn Sie das nicht waren, schreiben Sie uns bitte sofort.',
  },
}
