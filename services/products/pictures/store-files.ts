// Stores the files of a picture's sizes. What a path once answered stays: a file that is there is kept.
import type { Sql } from '@souk/postgres'

/** In a transaction that holds the picture's row. */
export async function storeFiles(
  sql: Sql,
  pictureId: string,
  sizes: Record<string, Uint8Array>,
  contentType: 'image/webp' | 'image/avif',
): Promise<void> {
  await Promise.all(
    Object.entries(sizes).map(
      ([size, bytes]) => sql`
        insert into picture_file (picture_id, size, content_type, bytes)
        values (${pictureId}, ${size}, ${contentType}, ${Buffer.from(bytes)})
        on conflict (picture_id, size) do nothing`,
    ),
  )
}
