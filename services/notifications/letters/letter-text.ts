// Renders a letter as plain text: 68 columns, amounts aligned right, links on lines of their own. Links in texts are broken last, when
// the lines are laid out.

import { breakAddresses, breakLinks } from './break-links.ts'
import { oneLine } from './formatting.ts'
import type { Block, Fact, Item, Letter, Shop, Sum } from './letter.ts'
import { textsOf } from './texts/texts.ts'

const columns = 68

export function letterText({ language, heading, blocks, unsubscribeUrl }: Letter, shop: Shop): string {
  const title = breakLinks(wrap(heading))
  const end = unsubscribeUrl ? `\n${textsOf(language).unsubscribe}: ${unsubscribeUrl}` : ''
  const signature = `-- \n${oneLine(shop.name)}\n${shop.url}${end}`
  const parts = [title.toUpperCase(), ...blocks.map(blockText), signature]
  return `${parts.join('\n\n')}\n`
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
    case 'note':
      return breakLinks(wrap(block.text))
    case 'button':
      return `${block.label}:\n${block.url}`
    case 'items':
      return breakLinks(itemsText(block.items, block.sums))
    case 'facts':
      return block.facts.map(factText).join('\n\n')
    case 'terms':
      return [
        ...block.links.map(({ label, url }) => `${label}:\n${url}`),
        block.heading.toUpperCase(),
        ...block.paragraphs.map(wrap),
      ].join('\n\n')
  }
}

function factText({ label, lines, isCode }: Fact): string {
  const text = lines.map(indented).join('\n')
  return `${label}:\n${isCode ? breakAddresses(text) : breakLinks(text)}`
}

function itemsText(items: readonly Item[], sums: readonly Sum[]): string {
  const rule = '-'.repeat(columns)
  const itemLines = items.map(({ title, detail, amount }) => `${wrap(title)}\n${spread(`  ${detail}`, amount ?? '')}`)
  const sumLines = sums.flatMap(({ label, amount, isTotal }) => {
    const line = spread(oneLine(label), amount)
    return isTotal && sums.length > 1 ? [rule, line] : [line]
  })
  return [rule, ...itemLines, rule, ...sumLines].join('\n')
}

function spread(left: string, right: string): string {
  const gap = columns - [...left].length - [...right].length
  return right === '' ? left : left + ' '.repeat(Math.max(gap, 2)) + right
}

function indented(line: string): string {
  return `  ${oneLine(line)}`
}

/** Breaks lines between words. Line breaks in the text are removed first, so a customer's text cannot fake a line of ours. */
function wrap(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of oneLine(text).split(' ')) {
    if (line && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return [...lines, line].join('\n')
}
