// Which other sites may use the API from a browser: those that are listed in the settings.
export interface AllowedOrigins {
  /** The origin of the shop's own pages. */
  readonly own: string
  /** Origins of other sites. */
  readonly listed: ReadonlySet<string>
}

export function allowedOrigins(publicUrl: string, listed: readonly string[]): AllowedOrigins {
  return { own: new URL(publicUrl).origin, listed: new Set(listed) }
}
