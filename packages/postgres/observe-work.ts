// Lets tracing see statements and transactions. This package knows nothing of tracing: without an observer it does no more than look
// for one.
import type pg from 'pg'

export interface WorkObserver {
  /** A statement is sent. What it returns is called when the statement has ended. */
  statement(client: pg.ClientBase, text: string): ((error?: unknown) => void) | undefined
  /** Runs the work of a transaction, in which its statements are. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  /** What the caller is working on, to be handed to `together`. */
  current(): unknown
  /** Runs what several callers wait for as work of the first of them, beside the others. */
  together<T>(callers: readonly unknown[], work: () => T): T
}
let observer: WorkObserver | undefined

/** From now on this observer sees the work of all databases of the process; undefined: nobody does. */
export function observeWork(next: WorkObserver | undefined): void {
  observer = next
}
/** The observer, if there is one. */
export function workObserver(): WorkObserver | undefined {
  return observer
}
