import type { CallExpression, Function as FunctionNode, ImportDeclaration } from '@babel/types'
import { functionOf, type Made } from './definitions.js'
import { fieldsAround } from './fields.js'
import { addParts, joined, type Meaning, type Part, partsOf, step } from './meaning.js'
import {
  exportedValue,
  importedName,
  importOf,
  PEERS,
  type Peer,
  peerOf,
  reexportsOf,
  requiredBy,
  resolveFile,
  type SourceFile,
} from './modules.js'
import { hasOldArguments, peerOfUse } from './old-calls.js'
import type { Binding, Syntax } from './scopes.js'
import {
  innerOf,
  isCall,
  isIdentifier,
  memberName,
  type Node,
  plain,
  propertyValue,
  returnsOf,
  textValue,
} from './syntax.js'

/** How many files may pass a name on, so that a circle of them has an end. */
const MOST_FILES = 8

/** Tells what expressions mean, across the files that are migrated together. */
export class Resolver {
  readonly #files: ReadonlyMap<string, SourceFile>
  /** The packages that some of the files name. */
  readonly #peers: ReadonlySet<Peer>
  readonly #known = new Map<Node, Meaning | undefined>()
  readonly #bindings = new Map<Binding, Meaning | undefined>()
  readonly #names = new Map<string, Meaning | undefined>()

  constructor(files: ReadonlyMap<string, SourceFile>) {
    this.#files = files
    const all = [...files.values()]
    const named = PEERS.filter((peer) => all.some(({ text }) => text.includes(peer)))
    this.#peers = new Set(all.some(hasOldArguments) ? [...named, 'wechatpay-axios-plugin'] : named)
  }

  of(given: Node, file: SourceFile): Meaning | undefined {
    return this.#ofPlain(plain(given), file) ?? this.#ofCast(given, file)
  }

  #ofPlain(node: Node, file: SourceFile): Meaning | undefined {
    if (this.#known.has(node)) return this.#known.get(node)
    // A value that depends on itself means nothing.
    this.#known.set(node, undefined)
    const meaning = this.#compute(node, file) ?? this.#ofUse(node, file)
    this.#known.set(node, meaning)
    return meaning
  }

  /** A client that nothing but its use tells: `ctx.pay.v3.refund.domestic.refunds.post(…)`. */
  #ofUse(node: Node, file: SourceFile): Meaning | undefined {
    const isOwn = (method: string): boolean =>
      [...this.#files.values()].some(({ syntax }) => definesMethod(syntax, method))
    const peer = peerOfUse(node, file, isOwn)
    if (peer === undefined || !this.#peers.has(peer)) return undefined
    return { is: 'client', peer, created: undefined, isByName: true }
  }

  /** `client as Wechatpay`, where nothing else tells what the client is. */
  #ofCast(given: Node, file: SourceFile): Meaning | undefined {
    for (let node = given; plain(node) !== node; node = innerOf(node)) {
      const meaning = node.type === 'TSAsExpression' ? this.#ofType(node.typeAnnotation, file) : undefined
      if (meaning) return meaning
    }
    return undefined
  }

  /** What a declared name means. */
  ofBinding(binding: Binding, file: SourceFile): Meaning | undefined {
    if (this.#bindings.has(binding)) return this.#bindings.get(binding)
    this.#bindings.set(binding, undefined)
    const meaning =
      this.#ofImport(binding.declaration, file) ??
      binding.sources.map(({ value, path }) => this.#follow(value, path, file)).find((found) => found) ??
      this.#ofType(binding.type, file)
    this.#bindings.set(binding, meaning)
    return meaning
  }

  #first(nodes: readonly (Node | null | undefined)[], file: SourceFile): Meaning | undefined {
    for (const node of nodes) {
      const meaning = node ? this.of(node, file) : undefined
      if (meaning) return meaning
    }
    return undefined
  }

  /** What one of several values means; a choice between helpers is none of them. */
  #choice(nodes: readonly Node[], file: SourceFile): Meaning | undefined {
    const meaning = this.#first(nodes, file)
    return meaning?.is === 'helper' ? undefined : meaning
  }

  #compute(node: Node, file: SourceFile): Meaning | undefined {
    switch (node.type) {
      case 'Identifier': {
        const binding = file.syntax.bindings.get(node)
        return binding && this.ofBinding(binding, file)
      }
      case 'CallExpression':
      case 'OptionalCallExpression':
        return this.#ofCall(node as CallExpression, file)
      case 'ImportExpression':
        return this.#ofModule(requiredBy(node), file)
      case 'NewExpression': {
        const meaning = this.of(node.callee, file)
        const creates = meaning?.is === 'class' || meaning?.is === 'module'
        return creates ? { is: 'client', peer: meaning.peer, created: node } : undefined
      }
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return this.#ofMember(node, file)
      case 'LogicalExpression':
        return this.#choice([node.left, node.right], file)
      case 'ConditionalExpression':
        return this.#choice([node.consequent, node.alternate], file)
      case 'AssignmentExpression':
        return this.of(node.right, file)
      case 'SequenceExpression':
        return this.#first(node.expressions.slice(-1), file)
      default:
        return undefined
    }
  }

  /** What lies at a path in a value. */
  #follow(value: Node, path: readonly string[], file: SourceFile): Meaning | undefined {
    let meaning = this.of(value, file)
    let at: Place | undefined = { node: plain(value), file }
    for (const name of path) {
      const specifier: string | undefined = at && requiredBy(at.node)
      const next: Place | undefined = at && this.#propertyAt(at, name)
      meaning =
        (meaning && step(meaning, name)) ??
        (next && this.of(next.node, next.file)) ??
        (specifier === undefined ? undefined : this.#exportOf(specifier, name, file)) ??
        (next ? undefined : this.#ofName(name))
      at = next
    }
    return meaning
  }

  /** A property of an object literal, which a function may return. */
  #propertyAt({ node, file }: Place, name: string): Place | undefined {
    if (node.type === 'ObjectExpression') {
      const value = propertyValue(node, name)
      return value && { node: plain(value), file }
    }
    if (!isCall(node)) return undefined
    const made = functionOf(this.#files, plain(node.callee), file)
    for (const returned of made ? returnsOf(made.node) : []) {
      const value = propertyValue(plain(returned), name)
      if (value && made) return { node: plain(value), file: made.file }
    }
    return undefined
  }

  #ofImport(declaration: Node, file: SourceFile): Meaning | undefined {
    if (declaration.type === 'TSImportEqualsDeclaration') {
      const reference = declaration.moduleReference
      return reference.type === 'TSExternalModuleReference'
        ? this.#ofModule(textValue(reference.expression), file)
        : undefined
    }
    if (!/^Import\w*Specifier$/.test(declaration.type)) return undefined
    const { source } = file.syntax.parents.get(declaration) as ImportDeclaration
    const peer = peerOf(source.value)
    const name = importedName(declaration)
    if (peer) return name === undefined ? { is: 'module', peer } : step({ is: 'module', peer }, name)
    return name === undefined ? undefined : this.#exportOf(source.value, name, file)
  }

  #ofModule(specifier: string | undefined, file: SourceFile): Meaning | undefined {
    const peer = peerOf(specifier)
    if (peer) return { is: 'module', peer }
    return specifier === undefined ? undefined : this.#exportOf(specifier, 'module.exports', file)
  }

  #exportOf(specifier: string, name: string, from: SourceFile, depth = 0): Meaning | undefined {
    const peer = peerOf(specifier)
    if (peer) return step({ is: 'module', peer }, name)
    const file = resolveFile(specifier, from.path, this.#files)
    if (!file || depth > MOST_FILES) return undefined
    const value = exportedValue(file, name)
    if (!value) {
      const further = reexportsOf(file, name).map(([source, local]) =>
        this.#exportOf(source, local, file, depth + 1),
      )
      return further.find((one) => one)
    }
    const binding = file.syntax.bindings.get(value)
    return binding ? this.ofBinding(binding, file) : this.of(value, file)
  }

  /** What a value means whose type is written as the class of a package. */
  #ofType(type: Node | undefined, file: SourceFile): Meaning | undefined {
    if (!type) return undefined
    if (type.type === 'TSTypeAnnotation') return this.#ofType(type.typeAnnotation, file)
    if (type.type === 'TSUnionType') {
      return type.types.map((one) => this.#ofType(one, file)).find((found) => found)
    }
    if (type.type !== 'TSTypeReference') return undefined
    const { typeName } = type
    const left = typeName.type === 'TSQualifiedName' ? this.of(typeName.left, file) : undefined
    const meaning =
      typeName.type === 'TSQualifiedName' ? left && step(left, typeName.right.name) : this.of(typeName, file)
    const isClass = meaning?.is === 'class' || meaning?.is === 'module'
    return isClass ? { is: 'client', peer: meaning.peer, created: undefined } : undefined
  }

  #ofCall(node: CallExpression, file: SourceFile): Meaning | undefined {
    const required = requiredBy(node)
    if (required !== undefined) return this.#ofModule(required, file)
    const callee = this.of(node.callee, file)
    if (callee?.is === 'chain' && node.arguments[0]) {
      return { is: 'path', parts: joined(callee.parts, partsOf(node.arguments[0], false)) }
    }
    if (callee) return undefined
    const made = functionOf(this.#files, plain(node.callee), file)
    const returned = made && this.#first(returnsOf(made.node), made.file)
    if (returned?.is === 'path')
      return { is: 'path', parts: withArguments(returned.parts, made as Made, node) }
    return returned ?? (made && this.#ofType(returnType(made.node), made.file))
  }

  /** The function of the same file that a call calls. */
  functionOf(callee: Node, file: SourceFile): FunctionNode | undefined {
    const made = functionOf(this.#files, plain(callee), file)
    return made?.file === file ? made.node : undefined
  }

  #ofMember(node: Node, file: SourceFile): Meaning | undefined {
    if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return undefined
    const name = memberName(node)
    const object = plain(node.object)
    const meaning = this.of(object, file)
    if (meaning) {
      if (name !== undefined) return step(meaning, name)
      return addParts(meaning, partsOf(node.property, true))
    }
    return name === undefined ? this.#ofEntries(object, file) : this.#ofProperty(node, object, name, file)
  }

  #ofProperty(node: Node, object: Node, name: string, file: SourceFile): Meaning | undefined {
    if (object.type === 'ThisExpression') {
      const { values, types } = fieldsAround(node, file.syntax) ?? {}
      const own = this.#first(values?.get(name) ?? [], file) ?? this.#ofType(types?.get(name), file)
      const isKnown = values?.get(name)?.some(saysWhat) || namesType(types?.get(name))
      return own ?? (isKnown ? undefined : this.#ofName(name))
    }
    const [specifier, imported] = importOf(node, file) ?? []
    const foreign =
      specifier === undefined || imported === undefined
        ? undefined
        : this.#exportOf(specifier, imported, file)
    if (foreign) return foreign
    const binding = file.syntax.bindings.get(object)
    const members = binding?.members.get(name) ?? []
    const own = this.#valuesOf(object, file).map((value) => this.#propertyAt({ node: value, file }, name))
    const found =
      this.#first(members, file) ?? own.map((one) => one && this.of(one.node, one.file)).find((one) => one)
    const isKnown = members.some(saysWhat) || own.some((one) => one && saysWhat(one.node))
    return found ?? (isKnown ? undefined : this.#ofName(name))
  }

  /** What an object of nodes of the chain holds: `products[kind]`. */
  #ofEntries(object: Node, file: SourceFile): Meaning | undefined {
    const entries = this.#valuesOf(object, file).flatMap((value) =>
      value.type === 'ObjectExpression' ? value.properties : [],
    )
    const values = entries.map((one) => (one.type === 'ObjectProperty' ? one.value : undefined))
    const meaning = this.#first(values, file)
    return meaning?.is === 'path' ? meaning : undefined
  }

  #valuesOf(object: Node, file: SourceFile): Node[] {
    const sources = file.syntax.bindings.get(object)?.sources ?? []
    return [object, ...sources.filter(({ path }) => path.length === 0).map(({ value }) => plain(value))]
  }

  /** The client that some file keeps under this name, for a property of an object that nothing is known of. */
  #ofName(name: string): Meaning | undefined {
    if (this.#names.has(name)) return this.#names.get(name)
    this.#names.set(name, undefined)
    for (const file of this.#files.values()) {
      const { values = [], types = [] } = file.syntax.properties.get(name) ?? {}
      const meaning =
        this.#first(values, file) ?? types.map((type) => this.#ofType(type, file)).find((found) => found)
      if (meaning?.is === 'client') this.#names.set(name, { ...meaning, isByName: true })
    }
    return this.#names.get(name)
  }
}

/** Whether a file has a function of a name, which a method of a package may be called by. */
const definesMethod = ({ fields, properties }: Syntax, name: string): boolean =>
  [...fields.values()].some(({ methods }) => methods.has(name)) || properties.has(name)

/** Whether a value tells what a property is, and is not only there until it has one. */
const saysWhat = (value: Node): boolean => value.type !== 'NullLiteral' && !isIdentifier(value, 'undefined')

/** Whether a type tells what a property is. */
const namesType = (type: Node | undefined): boolean =>
  type?.type === 'TSTypeAnnotation' && !/^TS(?:Any|Unknown|Object)Keyword$/.test(type.typeAnnotation.type)

/** A node, and the file that it is in. */
interface Place {
  readonly node: Node
  readonly file: SourceFile
}

/** A path that a function returns, with what it is called with in place of its parameters. */
function withArguments(parts: readonly Part[], { node, file }: Made, call: CallExpression): readonly Part[] {
  return parts.flatMap((part) => {
    const declaration = typeof part === 'string' ? undefined : file.syntax.bindings.get(part)?.declaration
    const argument = declaration && call.arguments[(node.params as readonly Node[]).indexOf(declaration)]
    return argument ? partsOf(argument, false) : [part]
  })
}

const returnType = (node: FunctionNode): Node | undefined =>
  'returnType' in node && node.returnType ? node.returnType : undefined
