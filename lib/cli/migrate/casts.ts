import { type Draft, isTypeScript, rangeOf } from './draft.js'
import { isIdentifier, keyOf, memberName, type Node, objectOf, plain } from './syntax.js'
import type { Target } from './target.js'

/** A cast for what the program has no type of, or one that the types of a request do not take. */
export function castOf(draft: Draft, node: Node, { traits }: Target): string {
  const inner = plain(node)
  const [source] = draft.file.syntax.bindings.get(inner)?.sources ?? []
  const isSearch = [inner, source && plain(source.value)].some(
    (one) =>
      one &&
      (memberName(one) === 'searchParams' ||
        (one.type === 'NewExpression' && isIdentifier(one.callee, 'URLSearchParams'))),
  )
  const isLoose = isSearch || source?.path.at(-1) === 'searchParams' || hasLooseType(draft, inner)
  return isTypeScript(draft) && traits && isLoose ? ' as any' : ''
}

/** In TypeScript, takes what the environment holds for given, as the types of the old packages did. */
export function assertDefined(draft: Draft, node: Node): void {
  if (node.type !== 'ObjectExpression' || !isTypeScript(draft)) return
  for (const one of node.properties) {
    if (one.type !== 'ObjectProperty') continue
    assertDefined(draft, one.value)
    if (!isOfEnvironment(draft, one.value)) continue
    const name = one.shorthand ? keyOf(one) : undefined
    draft.edits.after(rangeOf(one.value)[1], name === undefined ? '!' : `: ${name}!`)
  }
}

/** Whether a value is a variable of the environment, or a constant that holds one. */
function isOfEnvironment({ file: { syntax } }: Draft, value: Node): boolean {
  const isEnv = (node: Node | undefined): boolean =>
    node !== undefined && memberName(node) === 'env' && isIdentifier(objectOf(node), 'process')
  if (memberName(value) !== undefined && isEnv(objectOf(value))) return true
  const binding = syntax.bindings.get(value)
  const [source, ...more] = binding?.sources ?? []
  if (!source || more.length > 0 || binding?.type) return false
  if (source.path.length === 1) return isEnv(source.value)
  return memberName(source.value) !== undefined && isEnv(objectOf(source.value))
}

/** Whether a name is declared as an object of which nothing is known. */
function hasLooseType({ file: { syntax } }: Draft, node: Node): boolean {
  const annotation = syntax.bindings.get(node)?.type
  const type = annotation?.type === 'TSTypeAnnotation' ? annotation.typeAnnotation : undefined
  if (type?.type === 'TSTypeReference') return isIdentifier(type.typeName, 'Record')
  return type !== undefined && /^TS(?:Object|Unknown)Keyword$/.test(type.type)
}
