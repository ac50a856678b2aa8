import type {
  ArrowFunctionExpression,
  CallExpression,
  Class,
  Function as FunctionNode,
  Identifier,
  Node,
  VariableDeclarator,
} from '@babel/types'

export type { Node }

/** The child nodes of a node. Comments are none. */
export function childrenOf(node: Node): Node[] {
  return Object.entries(node).flatMap(([key, value]) => {
    if (NOT_CHILDREN.has(key) || typeof value !== 'object' || value === null) return []
    return Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []
  })
}

const NOT_CHILDREN: ReadonlySet<string> = new Set([
  ...['loc', 'extra', 'tokens', 'errors', 'comments'],
  ...['leadingComments', 'innerComments', 'trailingComments'],
])

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

/** A node and what it is in, from the inside out. */
export function upwards(node: Node, parents: ReadonlyMap<Node, Node>): Node[] {
  const found: Node[] = []
  for (let at: Node | undefined = node; at; at = parents.get(at)) found.push(at)
  return found
}

/** Visits a node and all below it, children before their parent. */
export function walk(node: Node, visit: (node: Node) => void): void {
  for (const child of childrenOf(node)) walk(child, visit)
  visit(node)
}

export const isFunction = (node: Node): node is FunctionNode =>
  /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|ClassMethod|ClassPrivateMethod)$/.test(
    node.type,
  )

export const isClass = (node: Node): node is Class =>
  node.type === 'ClassDeclaration' || node.type === 'ClassExpression'

/** The name of a property, where it is written as one. */
export function keyOf(node: Node): string | undefined {
  if (!('key' in node)) return undefined
  const { key } = node as { key: Node }
  const isComputed = 'computed' in node && node.computed === true
  if (key.type === 'Identifier' && !isComputed) return key.name
  if (key.type === 'PrivateName') return `#${key.id.name}`
  return key.type === 'StringLiteral' ? key.value : undefined
}

/** The value of a property that is written in an object literal. */
export function propertyValue(value: Node | undefined, name: string): Node | undefined {
  if (value?.type !== 'ObjectExpression') return undefined
  const found = value.properties.find((one) => one.type === 'ObjectProperty' && keyOf(one) === name)
  return found?.type === 'ObjectProperty' ? found.value : undefined
}

/** A call, with or without `?.` before it. */
export const isCall = (node: Node | undefined | null): node is CallExpression =>
  node?.type === 'CallExpression' || node?.type === 'OptionalCallExpression'

/** What a property is read from. */
export const objectOf = (node: Node | undefined): Node | undefined =>
  node?.type === 'MemberExpression' || node?.type === 'OptionalMemberExpression' ? node.object : undefined

/** What a chain of properties starts from: `a` of `a.b.c`. */
export function baseOf(node: Node): Node {
  const inner = plain(node)
  const object = objectOf(inner)
  return object ? baseOf(object) : inner
}

/** The name after the dot, or the text in brackets. */
export function memberName(node: Node): string | undefined {
  if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return undefined
  const { property, computed } = node
  if (property.type === 'Identifier' && !computed) return property.name
  if (property.type === 'PrivateName') return `#${property.id.name}`
  if (property.type === 'TemplateLiteral' && property.expressions.length === 0) {
    return property.quasis[0]?.value.cooked ?? undefined
  }
  return property.type === 'StringLiteral' ? property.value : undefined
}

/** The values that a function may return. */
export function returnsOf(node: FunctionNode): Node[] {
  if (node.type === 'ArrowFunctionExpression') {
    const { body } = node as ArrowFunctionExpression
    if (body.type !== 'BlockStatement') return [body]
  }
  const found: Node[] = []
  const look = (inner: Node): void => {
    if (isFunction(inner)) return
    if (inner.type === 'ReturnStatement' && inner.argument) found.push(inner.argument)
    childrenOf(inner).forEach(look)
  }
  look(node.body)
  return found
}

/** What a function gives, where it is one expression. */
export function onlyReturn(node: FunctionNode): Node | undefined {
  const [result, ...more] = returnsOf(node)
  return more.length === 0 ? result : undefined
}

/** The function that a node is, or that a variable or method holds. */
export function asFunction(node: Node | undefined | null): FunctionNode | undefined {
  if (!node) return undefined
  if (isFunction(node)) return node
  return node.type === 'VariableDeclarator' ? asFunction((node as VariableDeclarator).init) : undefined
}

/** An expression without what has no meaning when it runs: `await`, parentheses, types, `!`. */
export function plain(node: Node): Node {
  const inner = innerOf(node)
  return inner === node ? node : plain(inner)
}

/** Like {@link plain}, one step; the node itself where there is none. */
export function innerOf(node: Node): Node {
  switch (node.type) {
    case 'AwaitExpression':
      return node.argument
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
      return node.expression
    default:
      return node
  }
}

/** The value of an expression that is a text in the program. */
export function textValue(node: Node | undefined | null): string | undefined {
  if (!node) return undefined
  const inner = plain(node)
  if (inner.type === 'StringLiteral') return inner.value
  if (inner.type === 'TemplateLiteral' && inner.expressions.length === 0) {
    return inner.quasis[0]?.value.cooked ?? undefined
  }
  return undefined
}

export const isIdentifier = (node: Node | undefined | null, name?: string): node is Identifier =>
  node?.type === 'Identifier' && (name === undefined || node.name === name)
