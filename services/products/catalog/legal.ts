// The rules of the facts that law asks for, beyond their shape.
import type { Legal } from '@souk/contracts/product-parts'

/** A sentence about what is wrong with them, for the person who typed them; undefined when nothing is. */
export function wrongLegal(legal: Legal | null | undefined): string | undefined {
  if (!legal) return undefined
  const { manufacturer, textile, withdrawal, withdrawalReason } = legal
  if (manufacturer && manufacturer.email === undefined && manufacturer.url === undefined)
    return 'Give an e-mail address or a link of the manufacturer, beside the post address.'
  if (textile) {
    const wrong = wrongFibers(textile.fibers)
    if (wrong !== undefined) return wrong
  }
  if (withdrawal !== undefined && withdrawalReason === undefined)
    return 'Say why buyers cannot withdraw: they must be told before they buy.'
  if (withdrawal === undefined && withdrawalReason !== undefined)
    return 'There is a reason why buyers cannot withdraw, but withdrawal is not excluded.'
  return undefined
}

/** Percentages have one decimal place at most, so they are added up in tenths. */
function wrongFibers(fibers: NonNullable<Legal['textile']>['fibers']): string | undefined {
  const names = fibers.map(({ fiber }) => fiber.toLowerCase())
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (twice !== undefined) return `The fiber "${twice}" is there twice.`
  const tenths = fibers.map(({ percent }) => Math.round(percent * 10))
  if (tenths.some((value, place) => value / 10 !== fibers[place]?.percent))
    return 'Percentages of fibers have one decimal place at most.'
  const sum = tenths.reduce((all, one) => all + one, 0)
  return sum === 1_000 ? undefined : `The fibers add up to ${sum / 10} percent; they must make 100.`
}
