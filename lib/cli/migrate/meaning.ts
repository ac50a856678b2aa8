import { dirname, join } from 'node:path'
import type {
  Node as AnyNode,
  CallExpression,
  Function as FunctionNode,
  ImportDeclaration,
} from '@babel/types'
import { normalizeSegment } from '../../chain/names.js'
import {
  asFunction,
  type Binding,
  fieldsAround,
  isIdentifier,
  keyOf,
  memberName,
  type Node,
  plain,
  returnsOf,
  type Syntax,
  textValue,
} from './syntax.js'

/** The packages whose programs are migrated. */
export type Peer = 'wechatpay-axios-plugin' | 'wechatpay-node-v3'

/** A piece of a path: text with its slashes, or an expression whose value is known when the program runs. */
export type Part = string | AnyNode

/** What an expression of a program means to one of the packages. */
export type Meaning =
  /** The package as a whole, which is its class as well. */
  | { readonly is: 'module'; readonly peer: Peer }
  | { readonly is: 'class'; readonly peer: Peer }
  /** A helper such as `Rsa.sign`, or the class that it belongs to. */
  | { readonly is: 'helper'; readonly peer: Peer; readonly name: string }
  | { readonly is: 'client'; readonly peer: Peer; readonly created: AnyNode | undefined }
  /** A node of the chain. */
  | { readonly is: 'path'; readonly parts: readonly Part[] }
  | { readonly is: 'verb'; readonly verb: string; readonly parts: readonly Part[] }
  | { readonly is: 'chain'; readonly parts: readonly Part[] }
  /** A method of a client of wechatpay-node-v3. */
  | { readonly is: 'method'; readonly name: string; readonly created: AnyNode | undefined }
  /** `wxpay.client` and what is below it. */
  | { readonly is: 'axios'; readonly name: string }

/** One of the files that are migrated together. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
  readonly syntax: Syntax
}

/** Tells what expressions mean, across the files that are migrated together. */
export interface Meanings {
  of(node: Node, file: SourceFile): Meaning | undefined
  /** What a declared name means. */
  ofBinding(binding: Binding, file: SourceFile): Meaning | undefined
}

const VERB = /^(?:get|post|put|patch|delete)(?:Async)?$/
const NO_EXACT: ReadonlySet<string> = new Set()
/** Names of wechatpay-axios-plugin that lead to its class. */
const CLASS_NAMES: ReadonlySet<string> = new Set(['Wechatpay', 'default'])

export function peerOf(specifier: string | undefined): Peer | undefined {
  const name = specifier?.replace(/^npm:/, '').replace(/(?<=\w)@[\d.]+$/, '')
  return name === 'wechatpay-axios-plugin' || name === 'wechatpay-node-v3' ? name : undefined
}

/** The specifier of `require('…')` or `import('…')`. */
export function requiredBy(node: Node): string | undefined {
  if (node.type === 'ImportExpression') return textValue(node.source)
  if (node.type !== 'CallExpression') return undefined
  const { callee, arguments: args } = node
  const loads = callee.type === 'Import' || isIdentifier(callee, 'require')
  return loads ? textValue(args[0]) : undefined
}

export function createMeanings(files: ReadonlyMap<string, SourceFile>): Meanings {
  const known = new Map<Node, Meaning | undefined>()
  const knownBindings = new Map<Binding, Meaning | undefined>()

  const of = (given: Node, file: SourceFile): Meaning | undefined => {
    const node = plain(given)
    if (known.has(node)) return known.get(node)
    // A value that depends on itself means nothing.
    known.set(node, undefined)
    const meaning = compute(node, file)
    known.set(node, meaning)
    return meaning
  }

  const first = (nodes: readonly (Node | null | undefined)[], file: SourceFile): Meaning | undefined => {
    for (const node of nodes) {
      const meaning = node ? of(node, file) : undefined
      if (meaning) return meaning
    }
    return undefined
  }

  function compute(node: Node, file: SourceFile): Meaning | undefined {
    const { syntax } = file
    switch (node.type) {
      case 'Identifier': {
        const binding = syntax.bindings.get(node)
        return binding && ofBinding(binding, file)
      }
      case 'CallExpression':
      case 'OptionalCallExpression':
        return ofCall(node as CallExpression, file)
      case 'ImportExpression':
        return ofModule(requiredBy(node), file)
      case 'NewExpression': {
        const meaning = of(node.callee, file)
        const creates = meaning?.is === 'class' || meaning?.is === 'module'
        return creates ? { is: 'client', peer: meaning.peer, created: node } : undefined
      }
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return ofMember(node, file)
      case 'LogicalExpression':
        return first([node.left, node.right], file)
      case 'ConditionalExpression':
        return first([node.consequent, node.alternate], file)
      case 'AssignmentExpression':
        return of(node.right, file)
      case 'SequenceExpression':
        return first(node.expressions.slice(-1), file)
      default:
        return undefined
    }
  }

  function ofBinding(binding: Binding, file: SourceFile): Meaning | undefined {
    if (knownBindings.has(binding)) return knownBindings.get(binding)
    knownBindings.set(binding, undefined)
    const meaning =
      ofImport(binding.declaration, file) ??
      binding.sources.map(({ value, path }) => follow(value, path, file)).find((found) => found) ??
      ofType(binding.type, file)
    knownBindings.set(binding, meaning)
    return meaning
  }

  /** What lies at a path in a value. */
  function follow(value: Node, path: readonly string[], file: SourceFile): Meaning | undefined {
    let meaning = of(value, file)
    let object: Node | undefined = plain(value)
    for (const name of path) {
      const specifier = object && requiredBy(object)
      object = propertyOf(object, name)
      meaning =
        (meaning && step(meaning, name)) ??
        (object && of(object, file)) ??
        (specifier === undefined ? undefined : exportOf(specifier, name, file))
    }
    return meaning
  }

  function ofImport(declaration: Node, file: SourceFile): Meaning | undefined {
    if (declaration.type === 'TSImportEqualsDeclaration') {
      const reference = declaration.moduleReference
      return reference.type === 'TSExternalModuleReference'
        ? ofModule(textValue(reference.expression), file)
        : undefined
    }
    if (!/^Import\w*Specifier$/.test(declaration.type)) return undefined
    const { source } = file.syntax.parents.get(declaration) as ImportDeclaration
    const peer = peerOf(source.value)
    const name = importedName(declaration)
    if (peer) return name === undefined ? { is: 'module', peer } : step({ is: 'module', peer }, name)
    return name === undefined ? undefined : exportOf(source.value, name, file)
  }

  function ofModule(specifier: string | undefined, file: SourceFile): Meaning | undefined {
    const peer = peerOf(specifier)
    if (peer) return { is: 'module', peer }
    return specifier?.startsWith('.') ? exportOf(specifier, 'module.exports', file) : undefined
  }

  function exportOf(specifier: string, name: string, from: SourceFile): Meaning | undefined {
    const file = specifier.startsWith('.') ? resolveFile(specifier, from.path, files) : undefined
    const value = file && exportedValue(file, name)
    if (!file || !value) return undefined
    const binding = file.syntax.bindings.get(value)
    return binding ? ofBinding(binding, file) : of(value, file)
  }

  /** What a value means whose type is written as the class of a package. */
  function ofType(type: Node | undefined, file: SourceFile): Meaning | undefined {
    if (!type) return undefined
    if (type.type === 'TSTypeAnnotation') return ofType(type.typeAnnotation, file)
    if (type.type === 'TSUnionType') return type.types.map((one) => ofType(one, file)).find((found) => found)
    if (type.type !== 'TSTypeReference') return undefined
    const { typeName } = type
    if (isIdentifier(typeName) && typeName.name === 'Promise') return undefined
    const meaning = isIdentifier(typeName)
      ? of(typeName, file)
      : typeName.type === 'TSQualifiedName' && isIdentifier(typeName.left)
        ? ofQualified(of(typeName.left, file), typeName.right.name)
        : undefined
    const isClass = meaning?.is === 'class' || meaning?.is === 'module'
    return isClass ? { is: 'client', peer: meaning.peer, created: undefined } : undefined
  }

  const ofQualified = (meaning: Meaning | undefined, name: string): Meaning | undefined =>
    meaning && step(meaning, name)

  function ofCall(node: CallExpression, file: SourceFile): Meaning | undefined {
    const required = requiredBy(node)
    if (required !== undefined) return ofModule(required, file)
    const callee = of(node.callee, file)
    if (callee?.is === 'chain' && node.arguments[0]) {
      return { is: 'path', parts: joined(callee.parts, partsOf(node.arguments[0], false)) }
    }
    if (callee) return undefined
    const [target, home] = functionOf(plain(node.callee), file) ?? []
    return target && home && (first(returnsOf(target), home) ?? ofType(returnType(target), home))
  }

  function functionOf(callee: Node, file: SourceFile): readonly [FunctionNode, SourceFile] | undefined {
    const own = ownFunction(callee, file)
    if (own) return [own, file]
    const [specifier, name] = importOf(callee, file) ?? []
    const home = specifier?.startsWith('.') ? resolveFile(specifier, file.path, files) : undefined
    const value = home && name !== undefined ? exportedValue(home, name) : undefined
    if (!home || !value) return undefined
    const found = asFunction(value) ?? ownFunction(value, home)
    return found && [found, home]
  }

  function ownFunction(callee: Node, file: SourceFile): FunctionNode | undefined {
    if (isIdentifier(callee)) {
      const binding = file.syntax.bindings.get(callee)
      return asFunction(binding?.declaration) ?? asFunction(binding?.sources[0]?.value)
    }
    const name = memberName(callee)
    if (name === undefined || !('object' in callee)) return undefined
    if ((callee.object as Node).type === 'ThisExpression') {
      const fields = fieldsAround(callee, file.syntax)
      return asFunction(fields?.methods.get(name)) ?? asFunction(fields?.values.get(name)?.[0])
    }
    return undefined
  }

  function ofMember(node: Node, file: SourceFile): Meaning | undefined {
    if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return undefined
    const name = memberName(node)
    const object = plain(node.object)
    const meaning = of(object, file)
    if (meaning) {
      if (name !== undefined) return step(meaning, name)
      return addParts(meaning, partsOf(node.property, true))
    }
    if (name === undefined) return undefined
    if (object.type === 'ThisExpression') {
      const fields = fieldsAround(node, file.syntax)
      return first(fields?.values.get(name) ?? [], file) ?? ofType(fields?.types.get(name), file)
    }
    const binding = file.syntax.bindings.get(object)
    const [specifier, imported] = importOf(node, file) ?? []
    const foreign =
      specifier !== undefined && imported !== undefined ? exportOf(specifier, imported, file) : undefined
    if (foreign) return foreign
    const own = binding?.sources.flatMap(({ value, path }) =>
      path.length === 0 ? [propertyOf(plain(value), name)] : [],
    )
    return first([...(binding?.members.get(name) ?? []), ...(own ?? [])], file)
  }

  return { of, ofBinding }
}

/** One name further on: a property of a client, a chain, a class. */
function step(meaning: Meaning, name: string): Meaning | undefined {
  switch (meaning.is) {
    case 'module':
    case 'class':
      if (meaning.peer === 'wechatpay-node-v3')
        return name === 'default' ? { ...meaning, is: 'class' } : undefined
      if (CLASS_NAMES.has(name)) return { is: 'class', peer: meaning.peer }
      return { is: 'helper', peer: meaning.peer, name }
    case 'helper':
      return { ...meaning, name: name === 'default' ? meaning.name : `${meaning.name}.${name}` }
    case 'client':
      if (meaning.peer === 'wechatpay-node-v3') return { is: 'method', name, created: meaning.created }
      if (name === 'client') return { is: 'axios', name }
      return addParts(meaning, [normalizedSegment(name)])
    case 'axios':
      return { is: 'axios', name: `${meaning.name}.${name}` }
    case 'path':
      if (VERB.test(name)) return { is: 'verb', verb: name, parts: meaning.parts }
      return addParts(meaning, [normalizedSegment(name)])
    default:
      return undefined
  }
}

function addParts(meaning: Meaning, more: readonly Part[]): Meaning | undefined {
  if (meaning.is !== 'path' && !(meaning.is === 'client' && meaning.peer === 'wechatpay-axios-plugin')) {
    return undefined
  }
  const before = meaning.is === 'path' ? meaning.parts : []
  if (more.length === 1 && more[0] === 'chain') return { is: 'chain', parts: before }
  return { is: 'path', parts: joined(before, more) }
}

const joined = (before: readonly Part[], more: readonly Part[]): readonly Part[] =>
  before.length > 0 ? [...before, '/', ...more] : more

/** The segment that wechatpay-axios-plugin makes of a property, which may hold several. */
function normalizedSegment(name: string): string {
  if (/^[\w$]+$/.test(name)) return normalizeSegment(name, NO_EXACT)
  return name
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase())
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The parts of a path in brackets or in `chain(…)`. */
function partsOf(node: Node, isProperty: boolean): Part[] {
  const inner = plain(node)
  const text = textValue(inner)
  if (text !== undefined) return [isProperty ? normalizedSegment(text) : text]
  if (inner.type !== 'TemplateLiteral') return [inner]
  return inner.quasis.flatMap((quasi, at) => {
    const expression = inner.expressions[at]
    return [quasi.value.cooked ?? quasi.value.raw, ...(expression ? [expression as Node] : [])]
  })
}

function propertyOf(value: Node | undefined, name: string): Node | undefined {
  if (value?.type !== 'ObjectExpression') return undefined
  const found = value.properties.find((one) => one.type !== 'SpreadElement' && keyOf(one) === name)
  return found?.type === 'ObjectProperty' ? found.value : undefined
}

/** The name that a specifier imports; `undefined` for the namespace. */
export function importedName(specifier: Node): string | undefined {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default'
  if (specifier.type !== 'ImportSpecifier') return undefined
  const { imported } = specifier
  return imported.type === 'StringLiteral' ? imported.value : imported.name
}

/** The specifier and name by which an expression is imported: `{ pay }`, or `pay` of a namespace or `require`. */
function importOf(
  node: Node,
  { syntax }: SourceFile,
): readonly [specifier: string, name: string] | undefined {
  const member = memberName(node)
  const root = member !== undefined && 'object' in node ? plain(node.object as Node) : node
  const binding = syntax.bindings.get(root)
  if (!binding) return undefined
  const declaration = binding.declaration
  const around = syntax.parents.get(declaration)
  if (around?.type === 'ImportDeclaration') {
    const name = importedName(declaration)
    if (name !== undefined) return member === undefined ? [around.source.value, name] : undefined
    return member === undefined ? undefined : [around.source.value, member]
  }
  const [source] = binding.sources
  const specifier = source && requiredBy(plain(source.value))
  const name = source?.path[0] ?? member
  return specifier === undefined || name === undefined || (source?.path.length ?? 0) > 1
    ? undefined
    : [specifier, name]
}

const returnType = (node: FunctionNode): Node | undefined =>
  'returnType' in node && node.returnType ? node.returnType : undefined

/** The file that a relative specifier leads to, among those that are migrated. */
function resolveFile(
  specifier: string,
  from: string,
  files: ReadonlyMap<string, SourceFile>,
): SourceFile | undefined {
  const path = join(dirname(from), specifier)
  const bare = path.replace(/\.[cm]?jsx?$/, '')
  const ends = ['ts', 'tsx', 'mts', 'cts', 'js', 'mjs', 'cjs', 'jsx']
  const candidates = [
    path,
    ...ends.map((end) => `${path}.${end}`),
    ...ends.map((end) => `${bare}.${end}`),
    ...ends.map((end) => join(path, `index.${end}`)),
  ]
  return candidates.map((one) => files.get(one)).find((file) => file)
}

/** The expression or identifier that a file exports by a name; `module.exports` is all that CommonJS exports. */
function exportedValue({ syntax }: SourceFile, name: string): Node | undefined {
  for (const statement of syntax.root.program.body) {
    const found = exportedBy(statement, name)
    if (found) return found
  }
  return undefined
}

function exportedBy(statement: Node, name: string): Node | undefined {
  if (statement.type === 'ExportDefaultDeclaration' && name === 'default') return statement.declaration
  if (statement.type === 'TSExportAssignment' && /^(?:default|module\.exports)$/.test(name)) {
    return statement.expression
  }
  if (statement.type === 'ExportNamedDeclaration' && !statement.source) {
    if (statement.declaration?.type === 'VariableDeclaration') {
      const found = statement.declaration.declarations.find(({ id }) => isIdentifier(id, name))
      return found?.id
    }
    if (statement.declaration?.type === 'FunctionDeclaration') {
      return isIdentifier(statement.declaration.id, name) ? statement.declaration : undefined
    }
    const specifier = statement.specifiers.find(
      (one) => one.type === 'ExportSpecifier' && isIdentifier(one.exported, name),
    )
    return specifier?.type === 'ExportSpecifier' ? specifier.local : undefined
  }
  if (statement.type !== 'ExpressionStatement') return undefined
  const { expression } = statement
  if (expression.type !== 'AssignmentExpression') return undefined
  const target = expression.left
  if (memberName(target) === undefined || !('object' in target)) return undefined
  const isModule = isIdentifier(target.object as Node, 'module') && memberName(target) === 'exports'
  if (isModule && /^(?:default|module\.exports)$/.test(name)) return expression.right
  if (isModule) return propertyOf(expression.right, name)
  const onExports =
    isIdentifier(target.object as Node, 'exports') || memberName(target.object as Node) === 'exports'
  return onExports && memberName(target) === name ? expression.right : undefined
}
