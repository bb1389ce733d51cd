// What a TypeScript file imports, read from its text. It needs no package, so that pipelines can use it before anything is installed.

const forms = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
  /\bimport\.meta\.resolve\(\s*['"]([^'"]+)['"]/g,
]

/** Static imports and exports, dynamic imports, types of `import('…')`, and `import.meta.resolve`, as they are written. */
export function targetsIn(text: string): string[] {
  return forms.flatMap((form) => [...text.matchAll(form)].map((found) => found[1] as string))
}
