// The English texts of letters about orders, stock alerts and the newsletter, of pushes and text messages.

export const en = {
  whyYouGetThis: 'You receive this e-mail because this address was used at ',
  hello: (name: string) => (name ? `Hello ${name},` : 'Hello,'),
  unsubscribe: 'Unsubscribe',

  confirmed: {
    subject: (shop: string, number: string) => `Your ${shop} order ${number}`,
    summary: (total: string) => `We received your payment of ${total}.`,
    heading: 'Thank you for your order',
    text: (number: string, total: string) =>
      `We received your order ${number} and your payment of ${total}. We will send you another e-mail as soon as your order is on its way.`,
    push: (number: string) => `We received your order ${number}.`,
  },
  shipped: {
    subject: (number: string) => `Your order ${number} is on its way`,
    subjectOfPart: (number: string) => `Part of your order ${number} is on its way`,
    summary: 'Your order is complete with this parcel.',
    summaryOfPart: 'The rest of your order will follow.',
    heading: 'Your order is on its way',
    headingOfPart: 'Part of your order is on its way',
    text: (number: string) => `We have shipped your order ${number}.`,
    textOfPart: (number: string) => `We have shipped a part of your order ${number}. The rest will follow.`,
    track: 'Track the parcel',
    carrier: 'Carrier',
    trackingNumber: 'Tracking number',
  },
  canceled: {
    subject: (number: string) => `Your order ${number} was canceled`,
    heading: 'Your order was canceled',
    text: (number: string) => `Your order ${number} was canceled.`,
    reasons: {
      'by-customer': 'You asked us to cancel it.',
      'by-staff': 'Unfortunately, we cannot deliver it.',
      'out-of-stock': 'Unfortunately, an item sold out before we could reserve it for you.',
      declined: 'The payment was declined.',
      expired: 'The payment was not completed in time.',
    } as Record<string, string>,
    maybePaid: 'If we received a payment for it, we will refund it automatically. You do not need to do anything.',
    goesBack: (amount: string) =>
      `We are refunding ${amount} to your original payment method. You do not need to do anything.`,
    notCharged: 'You have not been charged.',
  },
  refunded: {
    subject: (amount: string, number: string) => `Refund of ${amount} for your order ${number}`,
    heading: (amount: string) => `We have refunded ${amount}`,
    text: (amount: string, number: string) =>
      `We have refunded ${amount} for your order ${number} to your original payment method.`,
    thisRefund: 'This refund',
    totalRefunded: 'Total refunded',
    refundFor: 'Refund for',
    parts: { items: 'Items', shipping: 'Shipping', goodwill: 'Goodwill' },
    includingTax: (tax: string) => `, including ${tax} tax`,
    bankDelay: 'Depending on your bank, it can take a few days until the money arrives.',
  },
  unitsCanceled: {
    subject: (number: string) => `Part of your order ${number} was canceled`,
    heading: 'Part of your order was canceled',
    text: (number: string) => `Some items of your order ${number} will not be sent.`,
  },
  shipsTo: 'Ships to',
  reason: 'Reason',
  willNotBeSent: 'Will not be sent',
  seeOrder: 'See your order',
  subtotal: 'Subtotal',
  discount: 'Discount',
  shipping: (method: string) => `Shipping (${method})`,
  free: 'Free',
  tax: 'Tax',
  total: 'Total',
  taxIncluded: 'Tax included',
  pieces: (quantity: number) => (quantity === 1 ? '1 piece' : `${quantity} pieces`),
  piecesAt: (pieces: string, price: string) => `${pieces} at ${price}`,
  piecesOf: (pieces: string, title: string) => `${pieces} of ${title}`,

  terms: 'Terms and conditions',
  withdrawal: {
    link: 'Right of withdrawal',
    heading: 'Information about your right of withdrawal',
    paragraphs: (merchant: string) => [
      'You have the right to withdraw from this contract within fourteen days without giving any reason. The withdrawal period ends fourteen days after the day on which you, or a third party named by you who is not the carrier, received the last of the goods.',
      `To exercise this right, you must inform us (${merchant}) of your decision to withdraw from this contract by a clear statement, such as a letter or an e-mail. You can also use the function “Withdraw from contract” on our pages, which needs no account; we then confirm to you by e-mail at once what we received and when. It is enough that you send your statement before the withdrawal period ends.`,
      'If you withdraw from this contract, we refund all payments that we received from you, including the costs of delivery (except for the additional costs of a delivery other than the cheapest standard delivery that we offer), without delay and at the latest fourteen days after the day on which we are informed of your decision. We use the same means of payment that you used, unless you expressly agreed otherwise, and charge no fee for it. We may withhold the refund until we have received the goods back, or until you have proved that you sent them back, whichever is earlier.',
      'You must send the goods back or hand them over to us without delay and at the latest fourteen days after the day on which you informed us. You bear the direct cost of returning the goods. You are liable for a loss in value of the goods only where it results from handling them in a way that was not needed to examine their nature, characteristics and functioning. There is no right of withdrawal for goods that were made to your specifications.',
    ],
  },

  newsletterConfirmation: {
    subject: (shop: string) => `Please confirm: the newsletter of ${shop}`,
    summary: 'You get it only if you confirm.',
    heading: 'Do you want our newsletter?',
    text: (shop: string) => `This address was entered for the newsletter of ${shop}. You get it only if you confirm.`,
    button: 'Yes, send me the newsletter',
    note: 'If it was not you, do nothing. We send nothing more then. The link works for seven days.',
  },
  stockAlertConfirmation: {
    subject: (title: string) => `Please confirm: a message when ${title} is back`,
    summary: 'We write to you only if you confirm.',
    heading: 'Shall we tell you when it is back?',
    text: (title: string) =>
      `This address was entered to be told when ${title} can be bought again. We write to you only if you confirm.`,
    button: 'Yes, tell me',
    note: 'If it was not you, do nothing. We send nothing more then. The link works for seven days.',
  },
  backInStock: {
    subject: (title: string) => `${title} is back`,
    summary: 'You asked us to tell you.',
    heading: 'It is back',
    text: (title: string) => `You asked us to tell you: ${title} can be bought again. We cannot hold it for you.`,
    button: 'See it',
    note: 'This was the one e-mail that you asked for.',
    push: 'It can be bought again.',
  },
  phoneCode: {
    subject: (shop: string) => `Code of ${shop}`,
    text: (shop: string, code: string) => `${code} is your code for ${shop}. Do not tell it to anybody.`,
  },
}
export type Texts = typeof en
