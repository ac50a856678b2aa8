import type {
  ArrowFunctionExpression,
  CallExpression,
  Class,
  File,
  Function as FunctionNode,
  Identifier,
  Node,
  ObjectExpression,
  TSParameterProperty,
  VariableDeclarator,
} from '@babel/types'

export type { Node }

/** A value that a name may stand for: an expression, or what lies at a path in it (`const { a: { b } } = …`). */
interface Source {
  readonly value: Node
  readonly path: readonly string[]
}

/** One declared name. */
export interface Binding {
  readonly name: string
  /** What declares it: an import specifier, a declarator, a function, a class, a parameter. */
  readonly declaration: Node
  readonly scope: Scope
  /** The values that it is given anywhere. */
  readonly sources: Source[]
  /** The type that is written at it. */
  readonly type: Node | undefined
  readonly references: Node[]
  /** What is assigned to its properties: `app.wxpay = …`. */
  readonly members: Map<string, Node[]>
}

interface Scope {
  readonly node: Node
  readonly parent: Scope | undefined
  readonly names: Map<string, Binding>
  /** The identifiers that declare names, in all scopes of the file. */
  readonly declared: Set<Node>
}

/** What is assigned to the fields of a class or an object, and the types that are written at them. */
export interface Fields {
  readonly values: Map<string, Node[]>
  readonly types: Map<string, Node>
  readonly methods: Map<string, Node>
  /** What the class extends. */
  readonly superClass?: Node | undefined
}

/** The values and types of the properties that have one name. */
export interface Property {
  readonly values: Node[]
  readonly types: Node[]
}

/** A parsed file with its names looked up. */
export interface Syntax {
  readonly root: File
  readonly parents: ReadonlyMap<Node, Node>
  /** The binding of an identifier that refers to one or declares it. */
  readonly bindings: ReadonlyMap<Node, Binding>
  readonly fields: ReadonlyMap<Node, Fields>
  /** What all properties of a name are given anywhere in the file: `app.wxpay = …`, `{ wxpay: … }`, `wxpay: Type`. */
  readonly properties: ReadonlyMap<string, Property>
  /** Every name that the file declares or refers to. */
  readonly names: ReadonlySet<string>
}

/** The child nodes of a node. Comments are none. */
function childrenOf(node: Node): Node[] {
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

/** Visits a node and all below it, children before their parent. */
export function walk(node: Node, visit: (node: Node) => void): void {
  for (const child of childrenOf(node)) walk(child, visit)
  visit(node)
}

const isFunction = (node: Node): node is FunctionNode =>
  /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|ClassMethod|ClassPrivateMethod)$/.test(
    node.type,
  )

const isClass = (node: Node): node is Class =>
  node.type === 'ClassDeclaration' || node.type === 'ClassExpression'

const OPENS_SCOPE =
  /^(?:Program|BlockStatement|StaticBlock|CatchClause|For\w*Statement|SwitchStatement|Class\w+|TSModuleBlock)$/

/** Looks up the names of a file. */
export function analyze(root: File): Syntax {
  const parents = new Map<Node, Node>()
  walk(root, (node) => {
    for (const child of childrenOf(node)) parents.set(child, node)
  })
  const declared = new Set<Node>()
  const scopes = declareNames(root, parents, declared)
  const bindings = new Map<Node, Binding>()
  const names = new Set<string>()
  const fields = new Map<Node, Fields>()
  walk(root, (node) => {
    if (isClass(node)) fields.set(node, fieldsOf(node))
    if (node.type === 'ObjectExpression') fields.set(node, fieldsOfObject(node))
    if (node.type !== 'Identifier' && node.type !== 'JSXIdentifier') return
    const parent = parents.get(node)
    const isDeclared = declared.has(node)
    if (!parent || !(isDeclared || isReference(node, parent))) return
    names.add(node.name)
    const binding = findBinding(node, node.name, parents, scopes)
    if (!binding) return
    bindings.set(node, binding)
    if (!isDeclared) binding.references.push(node)
  })
  const properties = new Map<string, Property>()
  const syntax: Syntax = { root, parents, bindings, fields, properties, names }
  walk(root, (node) => {
    collectAssignment(node, syntax)
    collectProperty(node, properties)
  })
  return syntax
}

function collectProperty(node: Node, properties: Map<string, Property>): void {
  const add = (name: string | undefined, value?: Node | null, type?: Node | null): void => {
    if (name === undefined) return
    const property = properties.get(name) ?? { values: [], types: [] }
    if (value) property.values.push(value)
    if (type) property.types.push(type)
    properties.set(name, property)
  }
  if (node.type === 'AssignmentExpression') add(memberName(node.left), node.right)
  if (node.type === 'ObjectProperty') add(keyOf(node), node.value)
  if (node.type === 'ClassProperty') add(keyOf(node), node.value, node.typeAnnotation)
  if (node.type === 'TSPropertySignature') add(keyOf(node), undefined, node.typeAnnotation)
  if (node.type === 'TSParameterProperty' && node.parameter.type === 'Identifier') {
    add(node.parameter.name, undefined, node.parameter.typeAnnotation)
  }
}

function declareNames(
  root: File,
  parents: ReadonlyMap<Node, Node>,
  declared: Set<Node>,
): ReadonlyMap<Node, Scope> {
  const scopes = new Map<Node, Scope>()
  const open = (node: Node, parent: Scope | undefined): void => {
    const own = OPENS_SCOPE.test(node.type) || isFunction(node)
    const scope = own ? { node, parent, names: new Map<string, Binding>(), declared } : parent
    if (own && scope) scopes.set(node, scope)
    if (scope) declare(node, scope, parent ?? scope, parents)
    for (const child of childrenOf(node)) open(child, scope)
  }
  open(root.program, undefined)
  return scopes
}

/** Declares the names that a node gives: to its own scope (parameters), to that around it, or to the function's. */
function declare(node: Node, own: Scope, outer: Scope, parents: ReadonlyMap<Node, Node>): void {
  if (isFunction(node)) {
    for (const parameter of node.params) declarePattern(parameter, parameter, own, undefined, [])
    if (node.type === 'FunctionDeclaration' && node.id) add(outer, node.id, node, [])
    if (node.type === 'FunctionExpression' && node.id) add(own, node.id, node, [])
  }
  if (isClass(node) && node.id) add(node.type === 'ClassDeclaration' ? outer : own, node.id, node, [])
  if (node.type === 'CatchClause' && node.param) declarePattern(node.param, node, own, undefined, [])
  if (node.type === 'ImportDeclaration') for (const one of node.specifiers) add(own, one.local, one, [])
  if (node.type === 'TSImportEqualsDeclaration') add(own, node.id, node, [])
  if (node.type === 'TSEnumDeclaration') add(own, node.id, node, [])
  if (node.type === 'VariableDeclarator') {
    const declaration = parents.get(node)
    const isVar = declaration?.type === 'VariableDeclaration' && declaration.kind === 'var'
    declarePattern(node.id, node, isVar ? functionScope(own) : own, node.init ?? undefined, [])
  }
}

function functionScope(scope: Scope): Scope {
  let found = scope
  while (found.parent && !isFunction(found.node) && found.node.type !== 'Program') found = found.parent
  return found
}

function add(scope: Scope, identifier: Identifier, declaration: Node, sources: Source[], type?: Node): void {
  const { name } = identifier
  scope.declared.add(identifier)
  const before = scope.names.get(name)
  if (before) before.sources.push(...sources)
  else {
    scope.names.set(name, { name, declaration, scope, sources, type, references: [], members: new Map() })
  }
}

function declarePattern(
  pattern: Node,
  declaration: Node,
  scope: Scope,
  value: Node | undefined,
  path: readonly string[],
): void {
  const go = (inner: Node, ...more: string[]): void =>
    declarePattern(inner, declaration, scope, value, [...path, ...more])
  if (pattern.type === 'Identifier') {
    const type = pattern.typeAnnotation ?? undefined
    add(scope, pattern, declaration, value ? [{ value, path }] : [], type)
  } else if (pattern.type === 'TSParameterProperty') go((pattern as TSParameterProperty).parameter)
  else if (pattern.type === 'AssignmentPattern') go(pattern.left)
  else if (pattern.type === 'RestElement') declarePattern(pattern.argument, declaration, scope, undefined, [])
  else if (pattern.type === 'ArrayPattern') {
    for (const one of pattern.elements) if (one) declarePattern(one, declaration, scope, undefined, [])
  } else if (pattern.type === 'ObjectPattern') {
    for (const one of pattern.properties) {
      if (one.type === 'RestElement') declarePattern(one.argument, declaration, scope, undefined, [])
      else go(one.value, keyOf(one) ?? '[computed]')
    }
  }
}

/** The name of a property, where it is written as one. */
export function keyOf(node: Node): string | undefined {
  if (!('key' in node)) return undefined
  const { key } = node as { key: Node }
  const isComputed = 'computed' in node && node.computed === true
  if (key.type === 'Identifier' && !isComputed) return key.name
  return key.type === 'StringLiteral' ? key.value : undefined
}

/** Whether an identifier refers to a binding: it is neither the name of a property nor a declaration. */
function isReference(node: Node, parent: Node): boolean {
  switch (parent.type) {
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return parent.object === node || parent.computed
    case 'ObjectProperty':
      return parent.value === node || (parent.computed && parent.key === node)
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassProperty':
    case 'ClassAccessorProperty':
      return ('value' in parent && parent.value === node) || (parent.computed === true && parent.key === node)
    case 'TSPropertySignature':
    case 'TSMethodSignature':
      return parent.computed === true
    case 'ExportSpecifier':
      return parent.local === node
    case 'TSQualifiedName':
      return parent.left === node
    case 'VariableDeclarator':
      return parent.init === node
    case 'ClassDeclaration':
    case 'ClassExpression':
      return parent.superClass === node
    case 'JSXAttribute':
      return false
    case 'JSXMemberExpression':
      return parent.object === node
    default:
      return !NO_REFERENCES.test(parent.type)
  }
}

const NO_REFERENCES =
  /^(?:Import\w*Specifier|ExportNamespaceSpecifier|LabeledStatement|(?:Break|Continue)Statement|Private(?:Name)|MetaProperty|TS(?:ImportEquals|Enum|Module|Interface|TypeAlias)Declaration|TSEnumMember|TSTypeParameter)$/

function findBinding(
  node: Node,
  name: string,
  parents: ReadonlyMap<Node, Node>,
  scopes: ReadonlyMap<Node, Scope>,
): Binding | undefined {
  let at: Node | undefined = node
  while (at && !scopes.has(at)) at = parents.get(at)
  for (let scope = at && scopes.get(at); scope; scope = scope.parent) {
    const found = scope.names.get(name)
    if (found) return found
  }
  return undefined
}

function fieldsOf(node: Class): Fields {
  const superClass = node.superClass ?? undefined
  const fields: Fields = { values: new Map(), types: new Map(), methods: new Map(), superClass }
  for (const member of node.body.body) {
    const name = keyOf(member)
    if (member.type === 'ClassProperty' && name !== undefined) {
      if (member.value) fields.values.set(name, [member.value])
      if (member.typeAnnotation) fields.types.set(name, member.typeAnnotation)
    }
    if (member.type === 'ClassPrivateProperty') {
      const own = `#${member.key.id.name}`
      if (member.value) fields.values.set(own, [member.value])
      if (member.typeAnnotation) fields.types.set(own, member.typeAnnotation)
    }
    if (member.type !== 'ClassMethod') continue
    if (name !== undefined && member.kind === 'get') fields.values.set(name, returnsOf(member))
    else if (name !== undefined) fields.methods.set(name, member)
    for (const parameter of member.params) {
      if (parameter.type !== 'TSParameterProperty' || parameter.parameter.type !== 'Identifier') continue
      const { name: field, typeAnnotation } = parameter.parameter
      if (typeAnnotation) fields.types.set(field, typeAnnotation)
    }
  }
  return fields
}

function fieldsOfObject({ properties }: ObjectExpression): Fields {
  const fields: Fields = { values: new Map(), types: new Map(), methods: new Map() }
  for (const property of properties) {
    const name = keyOf(property)
    if (name === undefined) continue
    if (property.type === 'ObjectMethod') fields.methods.set(name, property)
    if (property.type === 'ObjectProperty') fields.values.set(name, [property.value])
  }
  return fields
}

/** Notes what is assigned to names, to their properties and to fields of a class. */
function collectAssignment(node: Node, syntax: Syntax): void {
  if (node.type !== 'AssignmentExpression') return
  const { left, right } = node
  if (left.type === 'Identifier') syntax.bindings.get(left)?.sources.push({ value: right, path: [] })
  if (left.type !== 'MemberExpression') return
  const name = memberName(left)
  if (name === undefined) return
  const members =
    left.object.type === 'ThisExpression'
      ? fieldsAround(left, syntax)?.values
      : syntax.bindings.get(left.object)?.members
  members?.set(name, [...(members.get(name) ?? []), right])
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

/** The fields of the class, or of the object with methods, that `this` belongs to. */
export function fieldsAround(node: Node, { parents, fields }: Syntax): Fields | undefined {
  for (let at: Node | undefined = node; at; at = parents.get(at)) {
    const parent = parents.get(at)
    if (isClass(at)) return fields.get(at)
    const isMethod =
      at.type === 'ObjectMethod' || (at.type === 'FunctionExpression' && parent?.type === 'ObjectProperty')
    if (isMethod)
      return fields.get((at.type === 'ObjectMethod' ? parent : parent && parents.get(parent)) ?? at)
  }
  return undefined
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
