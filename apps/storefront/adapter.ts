// Builds the site for services/storefront: one module that exports `render`, and a folder of files.
import type { AstroIntegration } from 'astro'

export function soukAdapter(): AstroIntegration {
  return {
    name: 'souk-storefront',
    hooks: {
      'astro:config:done': ({ setAdapter }) =>
        setAdapter({
          name: 'souk-storefront',
          entrypointResolution: 'auto',
          serverEntrypoint: new URL('./src/server.ts', import.meta.url),
          supportedAstroFeatures: {
            serverOutput: 'stable',
            staticOutput: 'unsupported',
            sharpImageService: 'unsupported',
          },
        }),
    },
  }
}
