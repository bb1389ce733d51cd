// Writes XML for programs of others: site maps and feeds.

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
/** Characters that XML 1.0 has no way to write: controls and halves of a pair. Tab, line feed and carriage return are fine. */
const unwritable = /(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu

/** A text as it stands in an element or an attribute. */
export function xmlText(text: string): string {
  return text.replace(unwritable, '').replace(/[&<>"']/g, (one) => escapes[one] as string)
}

/** An element with a text, or nothing for an empty one. */
export function element(name: string, text: string | undefined): string {
  return text ? `<${name}>${xmlText(text)}</${name}>` : ''
}

export function xmlResponse(body: string): Response {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${body}\n`
  return new Response(text, { headers: { 'content-type': 'application/xml; charset=utf-8' } })
}

/** For programs that read a file: there is none now, and they come back. */
export function noAnswer(): Response {
  return new Response('The shop does not answer just now. Try again in a minute.\n', {
    status: 502,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  })
}
