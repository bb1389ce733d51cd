// Which hosts requests may name. While the development mailbox is open, only hosts that are certainly ours are answered: else a
// page of another site could make its own name mean this machine (DNS rebinding), and read mails, with their links into accounts,
// as if they were its own.
import type { HttpRequest } from '../request/request-context.ts'

export interface KnownHosts {
  /** True when a request names one of our hosts. Costs one comparison for the host of the request before. */
  has(request: HttpRequest): boolean
  /** Whether a request to any other host is refused now. */
  areRequired(): Promise<boolean>
}

const rememberedMs = 5_000

/** `listed`: hosts besides loopback, the address that was connected to, and the host of the public URL. */
export function makeKnownHosts(
  publicUrl: string,
  listed: readonly string[],
  isMailboxOpen: () => Promise<boolean>,
  now: () => number = Date.now,
): KnownHosts {
  const known = new Set([...listed, new URL(publicUrl).hostname])
  let lastKnown = 'localhost'
  let answer: { isRequired: Promise<boolean>; until: number } | undefined

  return {
    has({ raw }) {
      const { host } = raw.headers
      if (host === undefined) return false
      if (host === lastKnown) return true
      const name = host.replace(/:\d*$/, '').toLowerCase()
      const isOurs = known.has(name) || isLoopback(name) || name === inBrackets(raw.socket.localAddress ?? '')
      if (isOurs) lastKnown = host
      return isOurs
    },
    areRequired() {
      // While nobody can say, nobody can show the mailbox either.
      if (!answer || answer.until <= now())
        answer = { isRequired: isMailboxOpen().catch(() => false), until: now() + rememberedMs }
      return answer.isRequired
    },
  }
}

function isLoopback(name: string): boolean {
  return /^(?:(?:[^.]+\.)*localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])$/.test(name)
}
function inBrackets(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  return plain.includes(':') ? `[${plain}]` : plain
}
