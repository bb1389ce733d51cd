// How the seed reports what it does, to a terminal or to nobody.

export interface SeedProgress {
  say(sentence: string): void
  bar(sentence: string, done: number, total: number): void
}
