-- Sizes of pictures by width, for `srcset`. Their files lie beside the others, under the bound of the width: `640`, `640.avif`.
alter table picture_file drop constraint picture_file_size_check;
alter table picture_file add constraint picture_file_size_check check (
  size in ('original', 'small', 'medium', 'large', '320', '640', '960', '1280', '320.avif', '640.avif', '960.avif', '1280.avif')
) not valid;

alter table picture
  -- Which of them are there: none at pictures of before, then WebP, then AVIF too.
  add column widths_made text not null default 'none',
  add column widths_attempts integer not null default 0,
  -- Since when a process has been making them.
  add column widths_begun_at timestamptz;
alter table picture add constraint picture_widths_made_check check (widths_made in ('none', 'webp', 'avif')) not valid;
