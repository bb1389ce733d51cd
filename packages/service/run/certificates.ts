// The certificate of a process, its key, and the certificates of those whom it trusts, from files. They are read again when they change,
// and used for new connections. Files that cannot be used are logged, and those of before stay in use.
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Log } from '@souk/messaging'
import { WrongSettings } from './settings.ts'

/** The paths of files in PEM form. */
export interface CertificateFiles {
  /** The certificate, and behind it those that lead to its authority. */
  cert: string
  key: string
  /** The certificates that others must be signed by. */
  ca?: string
}
export interface Certificates {
  /** The contents of the files that are in use. */
  readonly current: Readonly<CertificateFiles>
  /** Days until the first of them expires; negative afterwards. */
  daysLeft(): number
  /** Calls `listener` whenever other files are in use. */
  onChange(listener: () => void): void
  close(): void
}

const lookMs = 2_000
const warningDays = 14
const dayMs = 24 * 3_600_000
const purposes = { '1.3.6.1.5.5.7.3.1': 'serverAuth', '1.3.6.1.5.5.7.3.2': 'clientAuth' }

/**
 * Reads the files and watches them: it compares contents, so a file that is replaced, by a rename or by another target of a symbolic
 * link, is noticed within two seconds. `variables`: how the files are set, for messages. Throws WrongSettings when they cannot be used.
 */
export async function openCertificates(
  files: CertificateFiles,
  { variables, log, now }: { variables: CertificateFiles; log: Log; now: () => Date },
): Promise<Certificates> {
  const facts = { files: Object.values(files) }
  let current = await readAll(files)
  let expiry = checkAll(current, variables)
  const listeners: (() => void)[] = []
  let problem: string | undefined
  let toldProblem: string | undefined
  let warnedAt = Number.NEGATIVE_INFINITY
  let isLooking = false

  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      const found = await readAll(files)
      if (isSame(found, current)) return noteProblem(undefined)
      expiry = checkAll(found, variables)
      current = found
      noteProblem(undefined)
      for (const listener of listeners) listener()
      log.info({ ...facts, expires: expiry }, 'New certificates are in use.')
    } catch (error) {
      noteProblem((error as Error).message)
    } finally {
      isLooking = false
      warn()
    }
  }
  /** Told when it stands in two looks, because files are replaced one after the other. */
  function noteProblem(found: string | undefined): void {
    if (found !== undefined && found === problem && found !== toldProblem) {
      log.error({ ...facts, problem: found }, 'Changed certificates cannot be used; those of before stay in use.')
      toldProblem = found
    }
    if (found === undefined) toldProblem = undefined
    problem = found
  }
  const daysLeft = () => (expiry.getTime() - now().getTime()) / dayMs
  function warn(): void {
    if (daysLeft() >= warningDays || now().getTime() - warnedAt < dayMs) return
    warnedAt = now().getTime()
    const sentence = daysLeft() > 0 ? 'A certificate expires soon.' : 'A certificate has expired: others refuse it.'
    log.warn({ ...facts, expires: expiry, daysLeft: Math.floor(daysLeft()) }, sentence)
  }

  warn()
  const timer = setInterval(() => void look(), lookMs)
  timer.unref()
  return {
    get current() {
      return current
    },
    daysLeft,
    onChange: (listener) => void listeners.push(listener),
    close: () => clearInterval(timer),
  }
}

async function readAll({ cert, key, ca }: CertificateFiles): Promise<CertificateFiles> {
  const [certText, keyText, caText] = await Promise.all(
    [cert, key, ca].map((path) => (path === undefined ? undefined : readFile(path, 'utf8'))),
  )
  return { cert: certText as string, key: keyText as string, ca: caText }
}

function isSame(one: CertificateFiles, other: CertificateFiles): boolean {
  return one.cert === other.cert && one.key === other.key && one.ca === other.ca
}

/** Throws WrongSettings unless the contents fit together. Returns when the first of them expires. */
function checkAll({ cert, key, ca }: CertificateFiles, variables: CertificateFiles): Date {
  const chain = certificatesIn(cert, variables.cert)
  try {
    createSecureContext({ cert, key, ca })
  } catch (error) {
    throw new WrongSettings(
      `${variables.key} is not the key of ${variables.cert}, or cannot be read: ${(error as Error).message}.`,
    )
  }
  const [own] = chain as [X509Certificate]
  if (ca === undefined) return own.validToDate
  const authorities = certificatesIn(ca, variables.ca as string)
  const uses = own.keyUsage as readonly string[] | undefined // Its extended uses; without any it may be used for all.
  const missing = Object.entries(purposes).filter(([id]) => uses !== undefined && !uses.includes(id))
  if (missing.length > 0)
    throw new WrongSettings(
      `${variables.cert} lacks the extended key usage ${missing.map(([, name]) => name).join(' and ')}: services answer and call with it.`,
    )
  const issuer = [...chain.slice(1), ...authorities].find((one) => own.checkIssued(one) && own.verify(one.publicKey))
  if (!issuer) throw new WrongSettings(`${variables.cert} is not signed by a certificate of ${variables.ca}.`)
  return own.validToDate < issuer.validToDate ? own.validToDate : issuer.validToDate
}

/** The certificates in PEM form in a text: at least one. */
function certificatesIn(text: string, variable: string): X509Certificate[] {
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  if (!found) throw new WrongSettings(`${variable} holds no certificate in PEM form.`)
  try {
    return found.map((one) => new X509Certificate(one))
  } catch (error) {
    throw new WrongSettings(`${variable} holds a certificate that cannot be read: ${(error as Error).message}.`)
  }
}
