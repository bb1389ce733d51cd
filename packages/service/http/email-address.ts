// E-mail addresses in one form: an ASCII local part as it was typed, and the domain in lower case and in ASCII (IDNA, as URLs have it).
import { domainToASCII, domainToUnicode } from 'node:url'
import type { Read } from './human-text.ts'

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
/** The dot-atom of RFC 5322. Quoted local parts and comments are for mail programs, not for people who type an address. */
const localPart = new RegExp(`^${atom}(?:\\.${atom})*$`)
/** RFC 5321, 4.5.3.1: octets before the @, and in all. */
const [longestLocal, longest] = [64, 254]
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Reads an e-mail address: ada@Bücher.example is ada@xn--bcher-kva.example. */
export function readEmail(given: string): Read {
  const text = given.trim().normalize('NFC')
  const at = text.lastIndexOf('@')
  const [local, typed] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
  if (at < 1 || typed === '') return { wrong: 'must be an e-mail address, such as ada@example.com' }
  if (/[^ -~]/.test(local))
    return {
      wrong: 'must have Latin letters without accents, digits and signs before the @; we cannot send mail to others',
    }
  if (local.length > longestLocal || !localPart.test(local))
    return { wrong: 'must be an e-mail address; what stands before the @ is not one' }
  const domain = readDomain(typed)
  if (domain === undefined)
    return { wrong: `must be an e-mail address; "${typed.slice(0, 80)}" is not the name of a domain` }
  const address = `${local}@${domain}`
  return address.length > longest ? { wrong: `must have at most ${longest} characters` } : { text: address }
}

/** Letters, digits, marks, hyphens and dots only: domainToASCII would read the rest as parts of a URL. */
const domainLetters = /^[\p{L}\p{N}\p{M}.。．｡-]+$/u

function readDomain(typed: string): string | undefined {
  const ascii = domainLetters.test(typed) ? domainToASCII(typed).toLowerCase() : ''
  const labels = ascii.split('.')
  // domainToASCII takes any letters after xn--, also those that stand for nothing.
  const stands = labels.every((one) => !one.startsWith('xn--') || !domainToUnicode(one).startsWith('xn--'))
  const isDomain =
    stands && labels.length > 1 && labels.every((one) => label.test(one)) && !/^\d+$/.test(labels.at(-1) as string)
  return isDomain ? ascii : undefined
}
