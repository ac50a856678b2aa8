import { applyEdits, type Edit } from './edits.js'

const CONTEXT = 3

/** A group of changed lines: where it begins in the old text, what goes and what comes. */
interface Change {
  readonly at: number
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** The unified diff of a text and its edits, which are known, so that nothing is to be searched. */
export function unifiedDiff(name: string, before: string, edits: readonly Edit[]): string[] {
  const old = before.split('\n')
  const changes = changesOf(before, old, edits)
  const hunks: Change[][] = []
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1)
    if (last && change.at - (last.at + last.removed.length) <= CONTEXT * 2) hunks.at(-1)?.push(change)
    else hunks.push([change])
  }
  let shift = 0
  const lines = hunks.flatMap((hunk) => {
    const written = writeHunk(old, hunk, shift)
    for (const { removed, added } of hunk) shift += added.length - removed.length
    return written
  })
  return lines.length === 0 ? [] : [`--- a/${name}`, `+++ b/${name}`, ...lines]
}

function changesOf(before: string, old: readonly string[], edits: readonly Edit[]): Change[] {
  const lineAt = (position: number): number => before.slice(0, position).split('\n').length - 1
  const groups: { first: number; last: number; edits: Edit[] }[] = []
  for (const edit of edits) {
    const [first, last] = [lineAt(edit.start), lineAt(edit.end)]
    const group = groups.at(-1)
    if (group && first <= group.last + 1) {
      group.last = Math.max(group.last, last)
      group.edits.push(edit)
    } else groups.push({ first, last, edits: [edit] })
  }
  return groups.flatMap(({ first, last, edits: own }) => {
    const lines = old.slice(first, last + 1)
    const start = old.slice(0, first).reduce((length, line) => length + line.length + 1, 0)
    const moved = own.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }))
    return compare(first, lines, applyEdits(lines.join('\n'), moved).split('\n'))
  })
}

/** The changes between two groups of lines, by their longest common subsequence. */
function compare(at: number, before: readonly string[], after: readonly string[]): Change[] {
  const common = commonLengths(before, after)
  const changes: Change[] = []
  let [removed, added]: [string[], string[]] = [[], []]
  let [i, j] = [0, 0]
  const flush = (): void => {
    if (removed.length + added.length > 0) changes.push({ at: at + i - removed.length, removed, added })
    ;[removed, added] = [[], []]
  }
  while (i < before.length || j < after.length) {
    const [one, other] = [before[i], after[j]]
    if (one !== undefined && one === other) {
      flush()
      i++
      j++
    } else if (
      one !== undefined &&
      (other === undefined || lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1))
    ) {
      removed.push(one)
      i++
    } else {
      added.push(other as string)
      j++
    }
  }
  flush()
  return changes
}

/** The length of what two lists have in common from each pair of positions on. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0))
  for (let i = before.length - 1; i >= 0; i--) {
    const row = lengths[i] as number[]
    for (let j = after.length - 1; j >= 0; j--) {
      row[j] =
        before[i] === after[j]
          ? lengthAt(lengths, i + 1, j + 1) + 1
          : Math.max(lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1))
    }
  }
  return lengths
}

const lengthAt = (lengths: readonly (readonly number[])[], i: number, j: number): number =>
  lengths[i]?.[j] ?? 0

function writeHunk(old: readonly string[], hunk: readonly Change[], shift: number): string[] {
  const first = Math.max(0, (hunk[0]?.at ?? 0) - CONTEXT)
  const lines: string[] = []
  let at = first
  const keep = (to: number): void => {
    for (; at < to; at++) lines.push(` ${old[at] ?? ''}`)
  }
  for (const change of hunk) {
    keep(change.at)
    lines.push(...change.removed.map((text) => `-${text}`), ...change.added.map((text) => `+${text}`))
    at += change.removed.length
  }
  // The text after the last line end is no line.
  keep(Math.min(old.length - (old.at(-1) === '' ? 1 : 0), at + CONTEXT))
  const count = (kinds: string): number => lines.filter(([kind = '']) => kinds.includes(kind)).length
  const head = `@@ -${first + 1},${count(' -')} +${first + 1 + shift},${count(' +')} @@`
  return [head, ...lines]
}
