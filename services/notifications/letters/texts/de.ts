// The German texts of letters about orders, stock alerts and the newsletter, of pushes and text messages.
import type { Texts } from './en.ts'

export const de: Texts = {
  whyYouGetThis: 'Sie erhalten diese E-Mail, weil diese Adresse hier verwendet wurde: ',
  hello: (name) => (name ? `Guten Tag ${name},` : 'Guten Tag,'),
  unsubscribe: 'Abmelden',

  confirmed: {
    subject: (shop, number) => `Ihre Bestellung ${number} bei ${shop}`,
    summary: (total) => `Wir haben Ihre Zahlung über ${total} erhalten.`,
    heading: 'Vielen Dank für Ihre Bestellung',
    text: (number, total) =>
      `Wir haben Ihre Bestellung ${number} und Ihre Zahlung über ${total} erhalten. Sobald sie unterwegs ist, schreiben wir Ihnen wieder.`,
    push: (number) => `Wir haben Ihre Bestellung ${number} erhalten.`,
  },
  shipped: {
    subject: (number) => `Ihre Bestellung ${number} ist unterwegs`,
    subjectOfPart: (number) => `Ein Teil Ihrer Bestellung ${number} ist unterwegs`,
    summary: 'Mit diesem Paket ist Ihre Bestellung vollständig.',
    summaryOfPart: 'Der Rest Ihrer Bestellung folgt.',
    heading: 'Ihre Bestellung ist unterwegs',
    headingOfPart: 'Ein Teil Ihrer Bestellung ist unterwegs',
    text: (number) => `Wir haben Ihre Bestellung ${number} verschickt.`,
    textOfPart: (number) => `Wir haben einen Teil Ihrer Bestellung ${number} verschickt. Der Rest folgt.`,
    track: 'Paket verfolgen',
    carrier: 'Versand durch',
    trackingNumber: 'Sendungsnummer',
  },
  canceled: {
    subject: (number) => `Ihre Bestellung ${number} wurde storniert`,
    heading: 'Ihre Bestellung wurde storniert',
    text: (number) => `Ihre Bestellung ${number} wurde storniert.`,
    reasons: {
      'by-customer': 'Sie haben uns darum gebeten.',
      'by-staff': 'Leider können wir sie nicht liefern.',
      'out-of-stock': 'Leider war ein Artikel ausverkauft, bevor wir ihn für Sie zurücklegen konnten.',
      declined: 'Die Zahlung wurde abgelehnt.',
      expired: 'Die Zahlung wurde nicht rechtzeitig abgeschlossen.',
    },
    maybePaid: 'Falls wir eine Zahlung dafür erhalten haben, erstatten wir sie von selbst. Sie müssen nichts tun.',
    goesBack: (amount) => `Wir erstatten ${amount} auf Ihr ursprüngliches Zahlungsmittel. Sie müssen nichts tun.`,
    notCharged: 'Es wurde nichts abgebucht.',
  },
  refunded: {
    subject: (amount, number) => `Erstattung von ${amount} für Ihre Bestellung ${number}`,
    heading: (amount) => `Wir haben ${amount} erstattet`,
    text: (amount, number) =>
      `Wir haben ${amount} für Ihre Bestellung ${number} auf Ihr ursprüngliches Zahlungsmittel erstattet.`,
    thisRefund: 'Diese Erstattung',
    totalRefunded: 'Insgesamt erstattet',
    refundFor: 'Erstattet für',
    parts: { items: 'Artikel', shipping: 'Versand', goodwill: 'Kulanz' },
    includingTax: (tax) => `, darin ${tax} MwSt.`,
    bankDelay: 'Je nach Bank dauert es einige Tage, bis das Geld da ist.',
  },
  unitsCanceled: {
    subject: (number) => `Ein Teil Ihrer Bestellung ${number} wurde storniert`,
    heading: 'Ein Teil Ihrer Bestellung wurde storniert',
    text: (number) => `Einige Artikel Ihrer Bestellung ${number} werden nicht verschickt.`,
  },
  shipsTo: 'Lieferadresse',
  reason: 'Grund',
  willNotBeSent: 'Wird nicht verschickt',
  seeOrder: 'Bestellung ansehen',
  subtotal: 'Zwischensumme',
  discount: 'Rabatt',
  shipping: (method) => `Versand (${method})`,
  free: 'Kostenlos',
  tax: 'MwSt.',
  total: 'Gesamtsumme',
  taxIncluded: 'Darin enthaltene MwSt.',
  pieces: (quantity) => `${quantity} Stück`,
  piecesAt: (pieces, price) => `${pieces} zu je ${price}`,
  piecesOf: (pieces, title) => `${pieces} ${title}`,

  terms: 'Allgemeine Geschäftsbedingungen',
  withdrawal: {
    link: 'Widerrufsrecht',
    heading: 'Widerrufsbelehrung',
    paragraphs: (merchant) => [
      'Sie haben das Recht, binnen vierzehn Tagen ohne Angabe von Gründen diesen Vertrag zu widerrufen. Die Widerrufsfrist beträgt vierzehn Tage ab dem Tag, an dem Sie oder ein von Ihnen benannter Dritter, der nicht der Beförderer ist, die letzte Ware in Besitz genommen haben bzw. hat.',
      `Um Ihr Widerrufsrecht auszuüben, müssen Sie uns (${merchant}) mittels einer eindeutigen Erklärung (zum Beispiel ein mit der Post versandter Brief oder eine E-Mail) über Ihren Entschluss, diesen Vertrag zu widerrufen, informieren. Sie können auch die Funktion „Vertrag widerrufen“ auf unseren Seiten nutzen, für die Sie kein Konto brauchen; wir bestätigen Ihnen dann unverzüglich per E-Mail, was wir wann erhalten haben. Zur Wahrung der Widerrufsfrist reicht es aus, dass Sie die Mitteilung über die Ausübung des Widerrufsrechts vor Ablauf der Widerrufsfrist absenden.`,
      'Wenn Sie diesen Vertrag widerrufen, haben wir Ihnen alle Zahlungen, die wir von Ihnen erhalten haben, einschließlich der Lieferkosten (mit Ausnahme der zusätzlichen Kosten, die sich daraus ergeben, dass Sie eine andere Art der Lieferung als die von uns angebotene, günstigste Standardlieferung gewählt haben), unverzüglich und spätestens binnen vierzehn Tagen ab dem Tag zurückzuzahlen, an dem die Mitteilung über Ihren Widerruf dieses Vertrags bei uns eingegangen ist. Für diese Rückzahlung verwenden wir dasselbe Zahlungsmittel, das Sie bei der ursprünglichen Transaktion eingesetzt haben, es sei denn, mit Ihnen wurde ausdrücklich etwas anderes vereinbart; in keinem Fall werden Ihnen wegen dieser Rückzahlung Entgelte berechnet. Wir können die Rückzahlung verweigern, bis wir die Waren wieder zurückerhalten haben oder bis Sie den Nachweis erbracht haben, dass Sie die Waren zurückgesandt haben, je nachdem, welches der frühere Zeitpunkt ist.',
      'Sie haben die Waren unverzüglich und in jedem Fall spätestens binnen vierzehn Tagen ab dem Tag, an dem Sie uns über den Widerruf dieses Vertrags unterrichten, an uns zurückzusenden oder zu übergeben. Die Frist ist gewahrt, wenn Sie die Waren vor Ablauf der Frist von vierzehn Tagen absenden. Sie tragen die unmittelbaren Kosten der Rücksendung der Waren. Sie müssen für einen etwaigen Wertverlust der Waren nur aufkommen, wenn dieser Wertverlust auf einen zur Prüfung der Beschaffenheit, Eigenschaften und Funktionsweise der Waren nicht notwendigen Umgang mit ihnen zurückzuführen ist. Für Waren, die nach Ihren Vorgaben angefertigt wurden, besteht kein Widerrufsrecht.',
    ],
  },

  newsletterConfirmation: {
    subject: (shop) => `Bitte bestätigen: Newsletter von ${shop}`,
    summary: 'Sie erhalten ihn nur, wenn Sie zustimmen.',
    heading: 'Möchten Sie unseren Newsletter?',
    text: (shop) =>
      `Diese Adresse wurde für den Newsletter von ${shop} eingetragen. Sie erhalten ihn nur, wenn Sie zustimmen.`,
    button: 'Ja, Newsletter schicken',
    note: 'Wenn Sie das nicht waren, brauchen Sie nichts zu tun. Wir schicken dann nichts mehr. Der Link gilt sieben Tage.',
  },
  stockAlertConfirmation: {
    subject: (title) => `Bitte bestätigen: Nachricht, wenn es ${title} wieder gibt`,
    summary: 'Wir schreiben Ihnen nur, wenn Sie zustimmen.',
    heading: 'Sollen wir Bescheid geben?',
    text: (title) =>
      `Mit dieser Adresse wurde um eine Nachricht gebeten, sobald es ${title} wieder gibt. Wir schreiben Ihnen nur, wenn Sie zustimmen.`,
    button: 'Ja, bitte Bescheid geben',
    note: 'Wenn Sie das nicht waren, brauchen Sie nichts zu tun. Wir schicken dann nichts mehr. Der Link gilt sieben Tage.',
  },
  backInStock: {
    subject: (title) => `${title} ist wieder da`,
    summary: 'Sie haben uns um diese Nachricht gebeten.',
    heading: 'Wieder da',
    text: (title) =>
      `Sie haben uns um diese Nachricht gebeten: ${title} ist wieder zu haben. Zurücklegen können wir den Artikel nicht.`,
    button: 'Ansehen',
    note: 'Das war die eine E-Mail, um die Sie gebeten haben.',
    push: 'Der Artikel ist wieder zu haben.',
  },
  phoneCode: {
    subject: (shop) => `Code von ${shop}`,
    text: (shop, code) => `${code} ist Ihr Code für ${shop}. Geben Sie ihn an niemanden weiter.`,
  },
}
