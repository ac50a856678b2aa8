import { type Draft, indentOf, lineEnd, lineOf, type Mark, rangeOf } from './draft.js'
import { type Node, upwards } from './syntax.js'

const TAG = 'TODO(wechatpay-fluent)'
const BODY = /^(?:Program|BlockStatement|StaticBlock|SwitchCase|TSModuleBlock|ClassBody)$/
/** Comments that speak of the next line. */
const DIRECTIVE =
  /^\s*\/\/\s*(?:@ts-|eslint-disable-next-line|biome-ignore|prettier-ignore|oxlint-disable-next-line)/

/** Puts comments above the statements that need a hand, and returns the lines of the original that have one. */
export function writeMarks(draft: Draft): number[] {
  const reasons = new Map<Node, Set<string>>()
  for (const { node, reason } of draft.marks) {
    if (isMarked(draft, node, reason)) continue
    const statement = statementOf(draft, node)
    reasons.set(statement, (reasons.get(statement) ?? new Set()).add(reason))
  }
  for (const [statement, texts] of reasons) writeComment(draft, statement, [...texts])
  return draft.marks.map(({ node }: Mark) => lineOf(node))
}

/** Whether a comment around a node says so already. */
function isMarked({ file: { syntax } }: Draft, node: Node, reason: string): boolean {
  return upwards(node, syntax.parents).some(({ leadingComments }) =>
    leadingComments?.some(({ value }) => value.includes(TAG) && value.includes(reason)),
  )
}

/** The statement of a node that stands in a list of statements, or the member of a class. */
function statementOf({ edits, file: { syntax, text } }: Draft, node: Node): Node {
  let statement = node
  for (const at of upwards(node, syntax.parents)) {
    const parent = syntax.parents.get(at)
    if (!parent || !BODY.test(parent.type)) continue
    statement = at
    const [start] = rangeOf(at)
    const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
    // A comment in a text that was put in place of another would be lost.
    if (/^[\s;]*$/.test(line) && !edits.isReplaced(start)) return at
  }
  return statement
}

function writeComment(draft: Draft, statement: Node, reasons: readonly string[]): void {
  const { text } = draft.file
  const [start] = rangeOf(statement)
  const indent = indentOf(draft, statement)
  let at = text.lastIndexOf('\n', start - 1) + 1
  const lines = text.slice(0, at).split('\n').slice(0, -1)
  while (DIRECTIVE.test(lines.at(-1) ?? '')) at -= (lines.pop()?.length ?? 0) + 1
  if (lines.at(-1)?.includes(TAG)) return
  const end = lineEnd(draft)
  draft.edits.before(at, reasons.map((reason) => `${indent}// ${TAG}: ${reason}${end}`).join(''))
}
