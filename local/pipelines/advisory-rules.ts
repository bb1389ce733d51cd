// What npm's report of known vulnerabilities means for a pipeline, and which advisories are set aside for a while.

export interface IgnoredAdvisory {
  /** As in the advisory's address: GHSA-… */
  id: string
  /** Why the shop is not affected. */
  reason: string
  /** The last day, as 2027-01-31. Afterwards the advisory counts again. */
  until: string
}

export const ignoredAdvisories: IgnoredAdvisory[] = []

interface Advisory {
  title: string
  url: string
  severity: string
  range: string
}

/** The parts that are used of `npm audit --json`. `via` names the advisory, or the package through which another one is affected. */
export interface AuditReport {
  vulnerabilities?: Record<string, { via: (Advisory | string)[] }>
}

const longestDays = 90

/**
 * One sentence for each advisory of the report that is high or critical and not ignored `today` (as 2027-01-31), and for each ignored
 * one that is over, set aside for more than 90 days, given no reason, or not in the report. Throws when npm gave no report.
 */
export function findAdvisories(report: AuditReport, ignored: readonly IgnoredAdvisory[], today: string): string[] {
  if (!report.vulnerabilities) throw new Error('npm gave no report of vulnerabilities.')
  const advisories = Object.entries(report.vulnerabilities).flatMap(([name, { via }]) =>
    via.filter((one) => typeof one !== 'string').map((one) => ({ ...one, name, id: one.url.split('/').at(-1) ?? '' })),
  )
  const isIgnored = (id: string) => ignored.some((one) => one.id === id && today <= one.until)
  const counting = advisories.filter(({ severity, id }) => /^(high|critical)$/.test(severity) && !isIgnored(id))
  const latest = Temporal.PlainDate.from(today).add({ days: longestDays }).toString()
  const complaints = ignored.flatMap(({ id, reason, until }) => {
    if (today > until) return [`${id} was ignored until ${until}.`]
    if (until > latest) return [`${id} is ignored for more than ${longestDays} days.`]
    if (reason.trim() === '') return [`${id} is ignored without a reason.`]
    return advisories.some((one) => one.id === id) ? [] : [`${id} is ignored, but concerns no package any more.`]
  })
  return [
    ...counting.map((one) => `${one.name} ${one.range}: ${one.title} (${one.severity}), ${one.url}`),
    ...complaints,
  ]
}
