// The variables that every program needs: where programs, the home and temporary files are, and the language.

const ofTheSystem =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|PROGRAMDATA|USERPROFILE)$/i

export function isOfTheSystem(variable: string): boolean {
  return ofTheSystem.test(variable)
}

export function systemEnvironment(env: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => isOfTheSystem(name)))
}
