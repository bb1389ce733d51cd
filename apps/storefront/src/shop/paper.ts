// The color of the page by day and in the dark, for the bars of the browser around it. It is read from the style sheet, so that a merchant
// changes it in one place.
import tokens from '../styles/tokens.css?raw'

const [, light = '#fff', dark = '#000'] = /--paper:\s*light-dark\(([^,]+),\s*([^)]+)\)/.exec(tokens) ?? []
export const paper = { light, dark }
