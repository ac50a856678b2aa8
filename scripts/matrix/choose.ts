import { type Cell, GROUPS } from './cells.js'

/** What is to be run. */
export interface Choice {
  readonly cells: readonly Cell[]
  /** Whether the package itself is to be looked into. */
  readonly inspects: boolean
}

const PACKAGE = 'package'

/**
 * @param only groups, or words of their cells' names: `node,types/5.4`; all when absent
 * @throws when it chooses nothing
 */
export function choose(only: string | undefined): Choice {
  const names = [...Object.keys(GROUPS), PACKAGE]
  const parts = (only?.split(',') ?? names).map((part) => part.trim())
  return {
    cells: parts.filter((part) => part !== PACKAGE).flatMap((part) => cellsOf(part, names)),
    inspects: parts.includes(PACKAGE),
  }
}

function cellsOf(part: string, names: readonly string[]): readonly Cell[] {
  const [group = '', word] = part.split('/')
  const cells = GROUPS[group]
  if (!cells) throw new Error(`--only ${part}: there is no group '${group}'; there are ${names.join(', ')}`)
  if (word === undefined) return cells
  const found = cells.filter(({ name }) => name.split(/[ ,]+/).includes(word))
  if (found.length > 0) return found
  throw new Error(`--only ${part}: nothing in '${group}' is called '${word}'`)
}
