import { words } from '../language.js'
import { type Draft, forget, MAIN, mark, markGone, meaningOf, need, replaceNode, textOf } from './draft.js'
import { literalOf, propertyValue } from './objects.js'
import type { Target } from './path.js'
import { isCall, type Node, plain } from './syntax.js'

/**
 * Encrypted fields of a body: what the program encrypts by hand becomes `sensitive(…)`, which the client encrypts with
 * the key that it names. Tells whether that is so for every encrypted field.
 */
export function rewriteSensitive(draft: Draft, body: Node | undefined, target: Target): boolean {
  const fields = target.traits?.encrypts?.filter((field) => field.startsWith('json.')) ?? []
  const values = fields.flatMap((field) =>
    valuesAt(draft, body, field.split('.').slice(1)).map((value) => ({ field, value })),
  )
  const left = values.filter(({ value }) => !rewriteValue(draft, value))
  if (left.length > 0) {
    const names = left.map(({ field }) => field.slice('json.'.length)).join(', ')
    mark(
      draft,
      left[0]?.value as Node,
      words(
        `${names}: give sensitive('…') with the clear text; the client encrypts it and names the key`,
        `${names}：请传 sensitive('明文')，由客户端加密并带上密钥的序列号`,
      ),
    )
  }
  return values.length > 0 && left.length === 0
}

/** The values at a path such as `receivers[].name` in an object literal. */
function valuesAt(draft: Draft, node: Node | undefined, path: readonly string[]): Node[] {
  const [first, ...rest] = path
  if (!node || first === undefined) return node ? [node] : []
  const value = propertyValue(literalOf(draft, node), first.replace('[]', ''))
  if (!value) return []
  if (!first.endsWith('[]')) return valuesAt(draft, value, rest)
  const list = plain(value)
  return list.type === 'ArrayExpression'
    ? list.elements.flatMap((one) => (one ? valuesAt(draft, one, rest) : []))
    : []
}

function rewriteValue(draft: Draft, value: Node): boolean {
  const call = plain(value)
  if (!isCall(call)) return false
  const callee = meaningOf(draft, call.callee)
  const encrypts =
    (callee?.is === 'helper' && callee.name === 'Rsa.encrypt') ||
    (callee?.is === 'method' && callee.name === 'publicEncrypt')
  const [text] = call.arguments
  if (!encrypts || !text) return false
  forget(draft, [call.callee])
  const local = need(draft, call.callee, MAIN, 'sensitive')
  const clear = textOf(draft, text)
  markGone(draft, call)
  replaceNode(draft, value, `${local}(${clear})`)
  return true
}
