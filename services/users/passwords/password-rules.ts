// The rules for a new password: a minimum length, and none of the passwords that attackers try first (NIST 800-63B-4, 3.1.1.2).
import { commonPasswords, commonWords } from './common-passwords.ts'

export const longestPassword = 256

export interface PasswordProblem {
  code: 'password-too-short' | 'password-too-long' | 'password-too-common' | 'password-too-personal'
  sentence: string
}
/** The owner of the password. A password may not consist of the e-mail address or of the shop's name. */
export interface Owner {
  email: string
  role: 'customer' | 'staff'
  shopName: string
}

/** The rule that this password breaks, or undefined. `shortest`: the minimum lengths, in characters. */
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
      sentence: 'Choose a password that does not consist of your e-mail address or the name of the shop.',
    }
  }
  if (isCommon(password)) {
    return {
      code: 'password-too-common',
      sentence: 'Attackers try this password first. Choose another one.',
    }
  }
  return undefined
}

/** Whether fewer than eight characters are left without the e-mail address or the shop's name. */
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
  if (new Set(plain).size < 5 || isRepeated(plain) || isSequence(plain)) return true
  // Password2026!, P@ssw0rd123: a common word with digits and signs around it or in place of letters.
  const letters = plainLetters(plain)
  return commonWords.has(letters) || isRepeated(letters)
}

const lookalikes: Record<string, string> = {
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

/** The word in a password: without digits and signs at both ends, and with letters for the signs that look like them. */
function plainLetters(plain: string): string {
  return plain
    .replace(/^[^a-z@$]+|[^a-z@$]+$/g, '')
    .replace(/[@431!0$57]/g, (sign) => lookalikes[sign] as string)
    .replace(/[^a-z]/g, '')
}

/** abcabcabcabc: a short part, repeated. */
function isRepeated(text: string): boolean {
  return text.length > 0 && /^(.{1,8}?)\1+$/.test(text)
}

const sequences = [
  '01234567890',
  '09876543210',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1qaz2wsx3edc4rfv',
  'qazwsxedcrfvtgb',
]

/** 1234567890, qwertyuiopasdf: three in four characters follow the one before on the keyboard or in the alphabet. */
function isSequence(text: string): boolean {
  let following = 0
  for (let i = 1; i < text.length; i++) {
    const pair = text.slice(i - 1, i + 1)
    if (sequences.some((sequence) => sequence.includes(pair))) following++
  }
  return text.length > 1 && following / (text.length - 1) >= 0.75
}
