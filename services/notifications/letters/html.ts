// HTML as tagged templates in which every value is escaped, unless it is HTML itself.

export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
type Value = string | number | Html | readonly Html[] | undefined | false

export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  let text = strings[0] ?? ''
  for (let i = 0; i < values.length; i++) text += written(values[i]) + strings[i + 1]
  return new Html(text)
}

function written(value: Value): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map((one) => one.text).join('')
  return escapeHtml(String(value))
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => escapes[sign] as string)
}
