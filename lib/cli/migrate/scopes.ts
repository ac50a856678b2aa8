import type { File, Identifier, TSParameterProperty } from '@babel/types'
import {
  collectProperty,
  type Fields,
  fieldsAround,
  fieldsOf,
  fieldsOfObject,
  type Property,
} from './fields.js'
import { childrenOf, isClass, isFunction, keyOf, memberName, type Node, upwards, walk } from './syntax.js'

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
  for (const at of upwards(node, parents)) {
    const found = scopes.get(at)?.names.get(name)
    if (found) return found
  }
  return undefined
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
