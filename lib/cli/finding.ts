/** The outcome of one check. */
export interface Finding {
  readonly what: string
  readonly state: 'good' | 'bad' | 'unknown'
  readonly found: string
  /** What to do about it. */
  readonly fix?: string
}

export const good = (what: string, found: string): Finding => ({ what, state: 'good', found })
export const bad = (what: string, found: string, fix: string): Finding => ({ what, state: 'bad', found, fix })
export const unknown = (what: string, found: string): Finding => ({ what, state: 'unknown', found })

/** What a check finds wrong it throws. */
export function attempt(what: string, fix: string, check: () => string): Finding {
  try {
    return good(what, check())
  } catch (error) {
    return bad(what, (error as Error).message, fix)
  }
}
