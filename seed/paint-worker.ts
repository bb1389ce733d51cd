// Paints pictures in a process of its own, so that the shop's process never loads the image library. Asked by recipe,
// answers with the finished file.
import { type PictureRecipe, paintPicture } from './draw.ts'

process.on('message', async ({ place, recipe }: { place: number; recipe: PictureRecipe }) => {
  process.send?.({ place, picture: await paintPicture(recipe) })
})
