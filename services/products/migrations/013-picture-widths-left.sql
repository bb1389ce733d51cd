-- souk: no transaction
-- The pictures that lack sizes by width, those tried least first.
create index concurrently if not exists picture_widths_left on picture (widths_attempts, id)
  where status = 'ready' and widths_made <> 'avif';
