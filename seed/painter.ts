// Hands recipes to a painting process and gets pictures back, a few at a time.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { PictureRecipe } from './draw.ts'
import type { View } from './views.ts'

export interface Painter {
  paint(recipe: PictureRecipe, view: View): Promise<Uint8Array>
  close(): void
}

export function openPainter(): Painter {
  const child = fork(join(import.meta.dirname, 'paint-worker.ts'), { serialization: 'advanced' })
  const waiting = new Map<number, { resolve: (picture: Uint8Array) => void; reject: (error: Error) => void }>()
  let next = 0
  child.on('message', ({ place, picture }: { place: number; picture: Uint8Array }) => {
    waiting.get(place)?.resolve(picture)
    waiting.delete(place)
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`The painter stopped with code ${code}.`))
  })
  return {
    paint(recipe, view) {
      const place = next++
      return new Promise((resolve, reject) => {
        waiting.set(place, { resolve, reject })
        child.send({ place, recipe, view })
      })
    },
    close: () => void (child.connected && child.disconnect()),
  }
}
