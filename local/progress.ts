// What a person sees while a command works: one line that is redrawn on a terminal, plain lines elsewhere.

export interface Progress {
  /** Shows the present step. */
  say(sentence: string): void
  /** How far it is, from 0 to 1. */
  bar(sentence: string, done: number, total: number): void
  /** Clears the line, for what comes after. */
  end(): void
}

export function showProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  const started = Date.now()
  let lastPlain = 0
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`
  const redraw = (text: string) => void out.write(`\r\x1b[2K${text}`)
  let ticking: NodeJS.Timeout | undefined
  return {
    say(sentence) {
      clearInterval(ticking)
      if (!out.isTTY) return void out.write(`  ${sentence}\n`)
      const show = () => redraw(`  ${sentence} … ${seconds()}`)
      show()
      ticking = setInterval(show, 1_000).unref()
    },
    bar(sentence, done, total) {
      clearInterval(ticking)
      const share = total === 0 ? 1 : done / total
      const filled = Math.round(share * 30)
      const text = `  ${sentence} [${'█'.repeat(filled)}${'·'.repeat(30 - filled)}] ${done.toLocaleString('en')} of ${total.toLocaleString('en')}, ${seconds()}`
      if (out.isTTY) redraw(text)
      else if (done === total || Date.now() - lastPlain > 5_000) {
        lastPlain = Date.now()
        out.write(`${text}\n`)
      }
    },
    end() {
      clearInterval(ticking)
      if (out.isTTY) redraw('')
    },
  }
}
