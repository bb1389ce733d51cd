// Paints pictures in a process of its own, so that the shop's process never loads the image library. Asked by recipe,
// answers with the finished file.
import { type PictureRecipe, paintPicture } from './draw.ts'
import type { View } from './views.ts'

process.on('message', async ({ place, recipe, view }: { place: number; recipe: PictureRecipe; view: View }) => {
  const picture = await paintPicture(recipe, view)
  // The seed may have stopped meanwhile.
  if (process.connected) process.send?.({ place, picture })
})
