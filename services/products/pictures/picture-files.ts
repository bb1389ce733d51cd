// Reads the bytes of stored pictures. The driver decodes a value on the main thread, about 15 ms for a megabyte, so a large picture is
// read in slices, between which other requests are answered.
import type { Sql } from '@souk/postgres'

/** So many bytes are read at once. */
export const sliceBytes = 512 * 1024

/**
 * The bytes of a picture's file. `first`: its first slice, where that has been read already. Undefined when the file is gone, or is
 * deleted meanwhile.
 */
export async function readPictureFile(
  sql: Sql,
  { pictureId, size, length }: { pictureId: string; size: string; length: number },
  first?: Buffer,
): Promise<Buffer | undefined> {
  const slices = first ? [first] : []
  for (let at = first?.length ?? 0; at < length; at += sliceBytes) {
    const [slice] = await sql<{ bytes: Buffer }>`
      select substring(bytes from ${at + 1}::integer for ${sliceBytes}::integer) as bytes
      from picture_file
      where picture_id = ${pictureId} and size = ${size}`
    if (!slice) return undefined
    slices.push(slice.bytes)
  }
  return slices.length === 1 ? slices[0] : Buffer.concat(slices)
}
