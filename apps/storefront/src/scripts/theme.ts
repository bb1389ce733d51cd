// The colors that a visitor has chosen, before the page is first painted. The only script that is not a file: it is a constant, and the
// content security policy allows it by its hash.
import { createHash } from 'node:crypto'

export const themeScript =
  'var t=/(?:^|; )souk_theme=(light|dark)/.exec(document.cookie);if(t)document.documentElement.dataset.theme=t[1]'

export const themeScriptHash = () => `sha256-${createHash('sha256').update(themeScript).digest('base64')}` as const
