import { words } from '../language.js'
import { type Draft, mark } from './draft.js'
import { innerOf, isCall, keyOf, memberName, type Node, objectOf } from './syntax.js'

/** Marks what handles the errors of a call as if each had a response: a RequestError and a NetworkError have none. */
export function markHandlers(draft: Draft, call: Node): void {
  for (const parameter of [...promiseHandlers(draft, call), ...catchClauses(draft, call)]) {
    if (draft.done.has(parameter) || !needsResponse(draft, parameter)) continue
    draft.done.add(parameter)
    mark(
      draft,
      parameter,
      words(
        'not every error has a response (RequestError, NetworkError): take error, and look at error.message first',
        '错误不一定有 response（RequestError、NetworkError 没有）：请取 error，先看 error.message',
      ),
    )
  }
}

/** The parameters of `.catch(…)` and of the second function of `.then(…)` behind a call. */
function promiseHandlers({ file: { syntax } }: Draft, call: Node): Node[] {
  const found: Node[] = []
  for (let at: Node | undefined = call; at; ) {
    const member = syntax.parents.get(at)
    const name = objectOf(member) === at && member ? memberName(member) : undefined
    const next = member && syntax.parents.get(member)
    if (!isCall(next) || !/^(?:then|catch|finally)$/.test(name ?? '')) break
    const handler = next.arguments[name === 'catch' ? 0 : 1]
    const [parameter] = handler && 'params' in handler ? (handler.params as Node[]) : []
    if (parameter) found.push(parameter)
    at = next
  }
  return found
}

/** The parameters of the `catch` clauses around a call. */
function catchClauses({ file: { syntax } }: Draft, call: Node): Node[] {
  const found: Node[] = []
  for (let at = call; !('params' in at); ) {
    const parent = syntax.parents.get(at)
    if (!parent) break
    if (parent.type === 'TryStatement' && parent.block === at && parent.handler?.param) {
      found.push(parent.handler.param)
    }
    at = parent
  }
  return found
}

/** Whether a handler reads from the response of its error without a look at whether there is one. */
function needsResponse({ file: { syntax } }: Draft, parameter: Node): boolean {
  if (parameter.type === 'ObjectPattern') {
    const response = parameter.properties.find((one) => keyOf(one) === 'response')
    return response?.type === 'ObjectProperty' && response.value.type === 'ObjectPattern'
  }
  const reads = (syntax.bindings.get(parameter)?.references ?? []).flatMap((reference) => {
    const member = syntax.parents.get(outermost(syntax.parents, reference))
    if (!member || memberName(member) !== 'response') return []
    const response = outermost(syntax.parents, member)
    return [{ response, parent: syntax.parents.get(response) }]
  })
  return (
    reads.length > 0 &&
    reads.every(({ response, parent }) => parent?.type === 'MemberExpression' && parent.object === response)
  )
}

/** An expression with the casts around it. */
function outermost(parents: ReadonlyMap<Node, Node>, node: Node): Node {
  const parent = parents.get(node)
  return parent && innerOf(parent) === node ? outermost(parents, parent) : node
}
