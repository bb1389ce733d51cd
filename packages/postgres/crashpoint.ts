// Named places at which a test may kill the process (SIGKILL), to see that nothing is lost. SOUK_CRASHPOINT=name kills at the
// first visit, name:3 at the third. Without it, a crash point costs one comparison.
const wanted = process.env.SOUK_CRASHPOINT
const [wantedName, wantedVisit] = wanted?.split(':') ?? []
let visits = 0

/** Kills the process here if the environment asks for it. */
export function crashpoint(name: string): void {
  if (wantedName === undefined || name !== wantedName) return
  visits += 1
  if (visits === Number(wantedVisit ?? 1)) process.kill(process.pid, 'SIGKILL')
}
