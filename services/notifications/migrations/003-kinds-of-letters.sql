-- Which kinds of letters there are is said by the code that writes them (letters/letter-templates.ts), which does not compile with a
-- missing one. A list here had to be changed with every new letter.
alter table notification drop constraint if exists notification_kind_check;
