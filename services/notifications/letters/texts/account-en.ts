// The English texts of letters about an account.

const expires = (time: string) => `The link works once. It expires on ${time}.`

export const en = {
  expires,
  verification: {
    subject: (shop: string) => `Confirm your e-mail address for ${shop}`,
    summary: 'Please confirm that this address is yours.',
    heading: 'Confirm your e-mail address',
    text: (shop: string) =>
      `An account at ${shop} was created with this e-mail address. Please confirm that the address is yours.`,
    button: 'Confirm my address',
    note: 'If you did not create this account, do not confirm. The address then stays unconfirmed.',
  },
  passwordReset: {
    subject: (shop: string) => `Choose a new password for ${shop}`,
    heading: 'Choose a new password',
    text: (shop: string) =>
      `We received a request to reset the password of your account at ${shop}. Use the link below to choose a new one.`,
    button: 'Choose a new password',
    note: 'If you did not request this, you can ignore this e-mail. Your password stays the same.',
  },
  repeatedSignUp: {
    subject: (shop: string) => `You have an account at ${shop} already`,
    summary: 'Somebody tried to create an account with your address.',
    heading: 'You have an account already',
    text: (shop: string) =>
      `Somebody tried to create an account at ${shop} with this e-mail address. There is one already, and nothing about it has changed. If it was you, sign in as before, or choose a new password.`,
    button: 'Choose a new password',
    note: 'If you have never created an account here, choose a new password: that signs everybody else out of it.',
  },
  emailChange: {
    subject: (shop: string) => `Confirm your new e-mail address for ${shop}`,
    summary: 'Please confirm that your account should use this address.',
    heading: 'Confirm your new e-mail address',
    text: (shop: string, old: string) =>
      `The account at ${shop} that used ${old} so far is to use this address from now on. Please confirm that you want this.`,
    button: 'Use this address',
    note: 'If you did not request this, you can ignore this e-mail. Nothing changes then.',
  },
  emailChangeNotice: {
    subject: (shop: string) => `Your e-mail address at ${shop} is about to change`,
    summary: 'Somebody asked to change the e-mail address of your account.',
    heading: 'Your e-mail address is about to change',
    text: (shop: string, address: string) =>
      `Somebody who entered your password asked to change the e-mail address of your account at ${shop} to ${address}. It changes when that address is confirmed.`,
    note: 'If it was not you, change your password now. That stops the change of the address, too.',
  },
  emailChanged: {
    subject: (shop: string) => `Your e-mail address at ${shop} has changed`,
    summary: 'The e-mail address of your account has changed.',
    heading: 'Your e-mail address has changed',
    text: (shop: string, old: string, address: string) =>
      `Your account at ${shop} used ${old} so far and uses ${address} now. All other devices were signed out.`,
    note: 'If it was not you, write to us at once.',
  },
}
export type AccountTexts = typeof en
