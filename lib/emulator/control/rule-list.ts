/** A failure or a limit in force. */
export interface FaultHandle {
  /** The id by which `recover()` ends it alone. */
  readonly id: string
  /** The number of requests it has hit. */
  readonly hits: number
  /** Ends it. */
  clear(): void
}

/** A failure or a limit as it is listed. */
export type Listed<Rule> = Rule & Pick<FaultHandle, 'id' | 'hits'>

/** A rule in force. */
export interface Entry<Rule> {
  readonly id: string
  readonly rule: Rule
  hits: number
}

/** Rules in force, oldest first. */
export interface RuleList<Rule> {
  entries(): readonly Entry<Rule>[]
  list(): readonly Listed<Rule>[]
  add(rule: Rule): FaultHandle
  /** Ends the rule of an id, or all of them. */
  clear(id?: string): void
}

/** @param kind the beginning of the rules' ids */
export function createRuleList<Rule extends object>(kind: string): RuleList<Rule> {
  let entries: Entry<Rule>[] = []
  let added = 0
  function clear(id?: string): void {
    entries = id === undefined ? [] : entries.filter((entry) => entry.id !== id)
  }
  return {
    entries: () => entries,
    list: () => entries.map(({ id, hits, rule }) => ({ id, hits, ...rule })),
    add(rule) {
      const entry = { id: `${kind}-${++added}`, rule, hits: 0 }
      entries.push(entry)
      return {
        id: entry.id,
        get hits() {
          return entry.hits
        },
        clear: () => clear(entry.id),
      }
    },
    clear,
  }
}

/** The newest rule that fits; this uses up one of its `times`. */
export function takeNewest<Rule extends { readonly times?: number }>(
  { entries, clear }: RuleList<Rule>,
  fits: (rule: Rule) => boolean,
): Rule | undefined {
  const entry = entries().findLast(({ rule }) => fits(rule))
  if (!entry) return undefined
  entry.hits += 1
  if (entry.hits >= (entry.rule.times ?? Infinity)) clear(entry.id)
  return entry.rule
}
