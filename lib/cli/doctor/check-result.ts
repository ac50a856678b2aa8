import { withoutKeys } from '../../printable.js'

/** The result of one check of the configuration. */
export interface CheckResult {
  readonly what: string
  readonly state: 'good' | 'bad' | 'unknown'
  readonly found: string
  /** What to do when it is wrong. */
  readonly fix?: string
}

export const good = (what: string, found: string): CheckResult => ({ what, state: 'good', found })
export const bad = (what: string, found: string, fix: string): CheckResult => ({
  what: withoutKeys(what),
  state: 'bad',
  found: withoutKeys(found),
  fix,
})
export const unknown = (what: string, found: string): CheckResult => ({ what, state: 'unknown', found })

/** Runs a check that returns what it found, and throws what is wrong. */
export function runCheck(what: string, fix: string, check: () => string): CheckResult {
  try {
    return good(what, check())
  } catch (error) {
    return bad(what, (error as Error).message, fix)
  }
}
