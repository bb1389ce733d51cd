// Throw-away certificates for tests with TLS, made by openssl: `<name>.pem` or `<name>.crt`, and `<name>.key`, in a folder.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const newKey = (name: string) => [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:P-256',
  '-nodes',
  '-keyout',
  `${name}.key`,
]
const openssl = (folder: string, ...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })

/** An authority that signs certificates: `<name>.pem`. */
export function makeAuthority(folder: string, name: string): void {
  openssl(folder, 'req', '-x509', ...newKey(name), '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${name}`)
}

/** A certificate for localhost or a client, signed by the authority `ca`: `<name>.crt`. */
export function makeCertificate(folder: string, name: string, ca = 'ca'): void {
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost')
  openssl(folder, 'req', ...newKey(name), '-out', `${name}.csr`, '-subj', `/CN=${name}`)
  const signing = ['-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-days', '2', '-extfile', 'names']
  openssl(folder, 'x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.crt`)
}
