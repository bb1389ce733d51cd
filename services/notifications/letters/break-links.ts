// Keeps mail programs from making links of what people typed: anybody can enter somebody else's e-mail address and a text as a name, and
// the shop would mail that text. Everything is shown; a character without width (U+200B) stands where a link would be recognized.

const space = '\u200b'
/** A dot between the labels of a domain, in any script: the label after it has a letter, so amounts stay whole. */
const domainDot = /(?<=\S)[.。．｡](?=[\p{L}\p{N}_-]*\p{L})/gu
const at = /@(?=\S)/g
/** After a scheme: "https:", "mailto:". */
const schemeColon = /(?<=\p{L}):(?=\S)/gu
const slashes = /\/(?=\/)/g
/** Seven digits or more with little between them. Not in a code with letters, such as the number of an order. */
const telephone = /(?<![\p{L}\p{N}-])\+?\(?\d(?:[ ()./-]{0,3}\d){6,}/gu

/** The text with its links broken. */
export function breakLinks(text: string): string {
  return breakAddresses(text).replace(telephone, (number) => number.replace(/\d(?=.)/g, `$&${space}`))
}

/** The same without telephone numbers: for the numbers that customers copy, such as that of a parcel. */
export function breakAddresses(text: string): string {
  return [domainDot, at, schemeColon, slashes].reduce((broken, mark) => broken.replace(mark, `$&${space}`), text)
}
