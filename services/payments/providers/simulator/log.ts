// Where the simulated bank writes what went wrong: the log of the process it lives in.

export interface Log {
  warn(about: object, sentence: string): void
  error(about: object, sentence: string): void
}
