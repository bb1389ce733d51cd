// Reads the fields of a form that was posted, as the person typed them.

const longestField = 2_000
const mostFields = 600

/** The fields by name, without spaces at the ends. A field that comes twice counts once, with its first value. */
export async function fieldsOf(request: Request): Promise<Readonly<Record<string, string>>> {
  const fields: Record<string, string> = Object.create(null)
  let count = 0
  for (const [name, value] of await bodyOf(request)) {
    if (typeof value !== 'string' || name in fields || ++count > mostFields) continue
    fields[name] = value.trim().slice(0, longestField)
  }
  return fields
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
