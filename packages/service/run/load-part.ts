// Loads a part of a service while the service starts. A service whose package is missing must fail its start: it would be ready and
// answer every request that needs the package with 500.

/** A package that a service needs is missing or incomplete. The message says what to do. */
export class MissingPackage extends Error {
  override name = 'MissingPackage'
}

/** Resolves with what `load` imports. Throws MissingPackage when it cannot be loaded. */
export async function loadPart<T>(service: string, part: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const [reason = ''] = String((error as Error)?.message ?? error).split('\n')
    throw new MissingPackage(
      `The ${service} service cannot start, because ${part} does not load: ${reason.replace(/\.?$/, '.')} Run \`npm ci\`, then the same command again.`,
      { cause: error },
    )
  }
}
