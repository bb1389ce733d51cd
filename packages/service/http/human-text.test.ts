// What people may type: every script and emoji, and nothing that nobody can see.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEmail } from './email-address.ts'
import { readSearch, readText } from './human-text.ts'

const lineOf = (text: string) => readText(text, false)
const wrongIn = (text: string, mayHaveLines = false) => {
  const read = readText(text, mayHaveLines)
  return 'wrong' in read ? read.wrong : undefined
}

test('text of every script stays what it is', () => {
  const texts = [
    'Ada',
    "Seán O'Brien-Ñandú, Esq.",
    'Κωνσταντίνος',
    'محمد ٣',
    'می‌خواهم', // Persian, with a zero-width non-joiner
    'क्‍ष', // Devanagari, with a zero-width joiner
    'র‍্য', // Bengali
    'שלום',
    '東京都千代田区',
    '葛󠄀城市', // a variation sequence of an ideograph
    '서울특별시',
    'ᠮᠣᠩᠭᠣᠯ ᠤᠨ᠎ᠠ',
    '👩‍👩‍👧‍👦 ❤️ 1️⃣ 👍🏽 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    'a\u00a0b',
    '“–…”',
  ]
  for (const text of texts) assert.deepEqual(lineOf(text), { text: text.normalize('NFC') }, text)
})

test('text is trimmed and stored in one form', () => {
  assert.deepEqual(lineOf('  Ada \u00a0\u3000'), { text: 'Ada' })
  assert.deepEqual(lineOf('Zoe\u0308'), { text: 'Zoë' })
  assert.deepEqual(readText(' one\r\ntwo\n', true), { text: 'one\ntwo' })
})

test('a text of blanks is empty, and one of which nobody sees anything is refused', () => {
  for (const blank of ['', ' ', '\u00a0\u2003\u3000']) assert.deepEqual(lineOf(blank), { text: '' })
  for (const nothing of [
    '\u2800',
    '\u0301',
    '\ue000',
    '\u3164',
    '\u115f',
    '\uffa0',
    '\u200b',
    '\u200d',
    '\u00ad',
    '\ufe0f',
  ])
    assert.ok(wrongIn(nothing), JSON.stringify(nothing))
})

test('control characters, turned text and unseen characters are refused, with their number', () => {
  assert.match(wrongIn('a\u0007b') ?? '', /control character \(U\+0007\)/)
  assert.match(wrongIn('a\u0085b') ?? '', /control character \(U\+0085\)/)
  assert.match(wrongIn('a\nb') ?? '', /one line/)
  assert.match(wrongIn('a\u2028b') ?? '', /one line/)
  assert.match(wrongIn('a\tb', true) ?? '', /control character \(U\+0009\)/)
  assert.match(wrongIn('a\rb', true) ?? '', /control character \(U\+000D\)/)
  for (const turned of ['\u202e', '\u2066', '\u200f', '\u061c']) assert.match(wrongIn(`a${turned}b`) ?? '', /direction/)
  const unseen = [
    '\u200b',
    '\u2060',
    '\ufeff',
    '\u00ad',
    '\u034f',
    '\u180e',
    '\u{e0041}',
    '\ufff9',
    '\uffff',
    '\u{1d173}',
  ]
  for (const one of unseen) assert.match(wrongIn(`a${one}b`) ?? '', /nobody can see/, JSON.stringify(one))
})

test('a joiner or a selector where writing needs none is refused: two texts would look the same', () => {
  for (const text of [
    'ad\u200cmin',
    'ad\u200dmin',
    'a\ufe0f',
    'яд\u200d',
    '東\u200d京',
    'می\u200c\u200cخ',
    '👩\u200da',
    '漢\u{e0100}\u{e0101}',
  ])
    assert.ok(wrongIn(text), JSON.stringify(text))
})

test('a search is cleaned and never refused', () => {
  assert.equal(readSearch(' blue\tteapot\u200b\u202e\n '), 'blue teapot')
  assert.equal(readSearch('می‌خواهم'), 'می‌خواهم')
  assert.equal(readSearch('\u200b'), '')
})

test('an e-mail address has one form, whatever its domain is written in', () => {
  const same = ['ada@xn--bcher-kva.example', 'ada@Bücher.example', ' ada@bu\u0308cher.EXAMPLE ', 'ada@bücher。example']
  for (const text of same) assert.deepEqual(readEmail(text), { text: 'ada@xn--bcher-kva.example' }, text)
  assert.deepEqual(readEmail('Ada+shop.x@EXAMPLE.com'), { text: 'Ada+shop.x@example.com' })
  assert.deepEqual(readEmail('用户@例子.中国'), {
    wrong: 'must have Latin letters without accents, digits and signs before the @; we cannot send mail to others',
  })
})

test('what is no e-mail address is refused with a sentence', () => {
  const wrong = [
    '',
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada@@example.com',
    'a b@example.com',
    'ada@exa mple.com',
  ]
  wrong.push(
    '.ada@example.com',
    'ada.@example.com',
    'a..da@example.com',
    '"ada"@example.com',
    'ada@-x.com',
    'ada@x-.com',
  )
  wrong.push(
    'ada@127.0.0.1',
    'ada@[127.0.0.1]',
    'ada@example.com.',
    'ada@.com',
    'ada@example.123',
    'ada@a%2eb.com',
    'ada@a/b.com',
  )
  wrong.push(
    `${'a'.repeat(65)}@example.com`,
    `ada@${'a'.repeat(64)}.com`,
    `ada@${'abcdefgh.'.repeat(30)}com`,
    'ada@a:80.com',
  )
  wrong.push('ada\u200b@example.com', 'ada@exam\u200bple.com', 'ada@xn--a.com')
  for (const text of wrong) assert.ok('wrong' in readEmail(text), text)
})
