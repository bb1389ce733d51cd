// Quiet hours: in the time zone of the person, also over midnight, and when the clocks change.
export interface QuietHours {
  /** HH:MM */
  from: string
  until: string
  timeZone: string
}
const minuteMs = 60_000

/** When the quiet hours end that `now` lies in; undefined outside of them. */
export function endOfQuiet({ from, until, timeZone }: QuietHours, now: Date): Date | undefined {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const isQuiet = (time: Date) => {
    const shown = clock.format(time)
    return from <= until ? from <= shown && shown < until : from <= shown || shown < until
  }
  if (!isQuiet(now)) return undefined
  const minute = new Date(Math.floor(now.getTime() / minuteMs) * minuteMs)
  // Minute by minute: a clock that is put forward skips the end, one that is put back shows it twice.
  for (let minutes = 1; minutes <= 25 * 60; minutes++) {
    const time = new Date(minute.getTime() + minutes * minuteMs)
    if (!isQuiet(time)) return time
  }
  return undefined
}
