// Which passwords are good enough. Length counts most; what attackers try first is refused (NIST 800-63B-4, 3.1.1.2).
import { commonBeginnings, commonPasswords } from './common-passwords.ts'

export const longestPassword = 256

export interface PasswordProblem {
  code: 'password-too-short' | 'password-too-long' | 'password-too-common' | 'password-too-personal'
  sentence: string
}
/** Whose password it is, and what nobody's password in this shop may be made of. */
export interface Owner {
  email: string
  role: 'customer' | 'staff'
  shopName: string
}

export function passwordProblem(
  password: string,
  owner: Owner,
  shortest: { passwordMinLength: number; staffPasswordMinLength: number },
): PasswordProblem | undefined {
  const length = [...password].length
  const needed = owner.role === 'staff' ? shortest.staffPasswordMinLength : shortest.passwordMinLength
  if (length < needed) {
    return { code: 'password-too-short', sentence: `Choose a password of at least ${needed} characters.` }
  }
  if (password.length > longestPassword) {
    return { code: 'password-too-long', sentence: `Choose a password of at most ${longestPassword} characters.` }
  }
  if (isPersonal(password, owner)) {
    return {
      code: 'password-too-personal',
      sentence: 'Choose a password that is not made of your e-mail address or of the name of the shop.',
    }
  }
  if (isCommon(password)) {
    return {
      code: 'password-too-common',
      sentence: 'This is one of the first passwords that attackers try. Choose another.',
    }
  }
  return undefined
}

/** What is left without the address and the shop's name must still be a password of some length. */
function isPersonal(password: string, { email, shopName }: Owner): boolean {
  const [local = '', domain = ''] = email.toLowerCase().split('@')
  const plain = password.toLowerCase()
  return [email.toLowerCase(), local, domain.split('.')[0] ?? '', shopName.toLowerCase()]
    .filter((word) => word.length >= 3)
    .some((word) => plain.includes(word) && plain.replaceAll(word, '').length < 8)
}

function isCommon(password: string): boolean {
  const plain = password.toLowerCase()
  if (commonPasswords.has(plain)) return true
  if (new Set(plain).size < 5 || isRepeated(plain) || isRun(plain)) return true
  // Password2026!, P@ssw0rd123, 1234567890qwerty: common words and runs with the usual ornaments.
  const letters = plainLetters(plain)
  return commonBeginnings.has(letters) || isRepeated(letters)
}

const disguises: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
}

/** The word inside: ornaments at both ends go, disguised letters become letters again. */
function plainLetters(plain: string): string {
  return plain
    .replace(/^[^a-z@$]+|[^a-z@$]+$/g, '')
    .replace(/[@431!0$57]/g, (sign) => disguises[sign] as string)
    .replace(/[^a-z]/g, '')
}

/** abcabcabcabc: one short part over and over. */
function isRepeated(text: string): boolean {
  return text.length > 0 && /^(.{1,8}?)\1+$/.test(text)
}

const rows = [
  '01234567890',
  '09876543210',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1qaz2wsx3edc4rfv',
  'qazwsxedcrfvtgb',
]

/** 1234567890, qwertyuiopasdf: four in five characters follow their neighbor on the keyboard or in the alphabet. */
function isRun(text: string): boolean {
  let following = 0
  for (let i = 1; i < text.length; i++) {
    const pair = text.slice(i - 1, i + 1)
    if (rows.some((row) => row.includes(pair))) following++
  }
  return text.length > 1 && following / (text.length - 1) >= 0.75
}
