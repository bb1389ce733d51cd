// The built site (apps/storefront/dist): the function that renders a page, and its files, which are few and stay in memory.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type PublicRead, WrongSettings } from '@souk/service'

const built = resolve(import.meta.dirname, '../../apps/storefront/dist')

export interface SiteFile {
  readonly body: Buffer
  readonly type: string
}
/** What the pages are told besides the request: see apps/storefront/src/server.ts. */
export interface Visit {
  readonly clientAddress: string
  readonly apiUrls: readonly string[]
  readonly shopName: string
  readonly hasTestCards: boolean
  /** A token with which the pages call the API for the visitor. */
  token(): Promise<string>
  /** Reads what is the same for everybody without a request, where the gateway shares the process. */
  readonly readPublic: PublicRead
}
export interface Site {
  render(request: Request, visit: Visit): Promise<Response>
  /** A file by its path, such as /_astro/cart.js. */
  file(path: string): SiteFile | undefined
  visitOf(clientAddress: string): Visit
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** Loads the built site. Throws WrongSettings when it has not been built. */
export async function loadSite(common: Omit<Visit, 'clientAddress'>): Promise<Site> {
  const entry = join(built, 'server', 'entry.mjs')
  if (!existsSync(entry)) throw new WrongSettings('The shop front is not built yet: run npm run build.')
  const { render } = (await import(pathToFileURL(entry).href)) as Pick<Site, 'render'>
  // A later build replaces the folder while this process goes on, so nothing is read from it after the start.
  for (const file of globSync('server/**/*.mjs', { cwd: built })) await import(pathToFileURL(join(built, file)).href)
  const client = join(built, 'client')
  const files = new Map(
    globSync('**/*.*', { cwd: client }).map((path) => [
      `/${path.replaceAll('\\', '/')}`,
      { body: readFileSync(join(client, path)), type: types[extname(path)] ?? 'application/octet-stream' },
    ]),
  )
  return { render, file: (path) => files.get(path), visitOf: (clientAddress) => ({ ...common, clientAddress }) }
}
