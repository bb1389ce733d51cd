// Reads the fields of a form that was posted, as the person typed them.

/** Above the longest that any field takes, so that what is too long is said and not cut. */
const longestField = 4_000
const mostFields = 600
/** Where a person may write several lines. */
const withLines = ['statement']

/**
 * The fields by name, tidy: without spaces at the ends and without the characters that nobody sees and that come along when text is pasted.
 * Passwords stay as they are. A field that comes twice counts once, with its first value.
 */
export async function fieldsOf(request: Request): Promise<Readonly<Record<string, string>>> {
  const fields: Record<string, string> = Object.create(null)
  let count = 0
  for (const [name, value] of await bodyOf(request)) {
    if (typeof value !== 'string' || name in fields || ++count > mostFields) continue
    fields[name] = (/password/i.test(name) ? value : tidy(value, withLines.includes(name))).slice(0, longestField)
  }
  return fields
}

/** Tabs and other control characters become spaces, and marks that turn the direction of writing go. */
function tidy(text: string, hasLines: boolean): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(hasLines ? /[^\P{Cc}\n]+/gu : /\p{Cc}+/gu, ' ')
    .replace(/[\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, '')
    .trim()
}

/** Without fields when the body is not a form. */
async function bodyOf(request: Request): Promise<Iterable<[string, FormDataEntryValue]>> {
  try {
    return await request.formData()
  } catch (error) {
    if (error instanceof TypeError) return [] // So says the platform of a body that is not a form.
    throw error
  }
}
