// Changes which image an environment runs: one line in its values.yaml. Everything else, comments included, stays as somebody wrote it.

/** The text with `digest` under the top-level `image`; throws when it is no digest, or the text has no such line, or several. */
export function withDigest(values: string, digest: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`Not a digest: ${digest}`)
  let inImage = false
  let changed = 0
  const lines = values.split('\n').map((line) => {
    if (/^\S/.test(line) && !line.startsWith('#')) inImage = /^image:\s*(#.*)?$/.test(line)
    const [, before, after] =
      (inImage && /^(\s+digest:)(?:\s+(?:"[^"]*"|'[^']*'|[^\s#'"]+))?(\s*(?:\s#.*)?)$/.exec(line)) || []
    if (before === undefined) return line
    changed += 1
    return `${before} ${digest}${after?.trimEnd()}`
  })
  if (changed !== 1) throw new Error(`The values have ${changed} lines for image.digest; there must be one.`)
  return lines.join('\n')
}
