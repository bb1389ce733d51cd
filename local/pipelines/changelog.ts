// Reads CHANGELOG.md: the sections of versions, newest first, as https://keepachangelog.com describes them.

/** Text of the section of `version` without its heading, for the notes of a release; throws when there is none, or it says nothing. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1)
  const section = sections.find((one) => headingOf(one)?.version === version)
  if (!section) throw new Error(`CHANGELOG.md has no section for version ${version}.`)
  const { date } = headingOf(section) ?? {}
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date ?? ''))
    throw new Error(`The section for version ${version} in CHANGELOG.md names no day, as 2027-01-31.`)
  const notes = section
    .slice(section.indexOf('\n') + 1)
    .replace(/^\[[^\]]+\]: .*$/gm, '')
    .trim()
  if (!/^- /m.test(notes)) throw new Error(`The section for version ${version} in CHANGELOG.md lists nothing.`)
  return `${notes}\n`
}

function headingOf(section: string): { version: string | undefined; date: string | undefined } | undefined {
  const found = /^\[?([^\]\s]+)\]?(?: - (\S+))?\s*$/.exec(section.split('\n', 1)[0] ?? '')
  return found ? { version: found[1], date: found[2] } : undefined
}
