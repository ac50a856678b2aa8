import { dirname, join } from 'node:path'
import type { Syntax } from './scopes.js'
import {
  isCall,
  isIdentifier,
  memberName,
  type Node,
  objectOf,
  plain,
  propertyValue,
  textValue,
} from './syntax.js'

/** The packages whose programs are migrated. */
export const PEERS = ['wechatpay-axios-plugin', 'wechatpay-node-v3'] as const
export type Peer = (typeof PEERS)[number]

/** Whether a text names one of them. */
export const NAMES_PEER: RegExp = /wechatpay-(?:axios-plugin|node-v3)/

/** One of the files that are migrated together. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
  readonly syntax: Syntax
}

export function peerOf(specifier: string | undefined): Peer | undefined {
  const name = specifier?.replace(/^npm:/, '').replace(/(?<=\w)@[\d.]+$/, '')
  return PEERS.find((peer) => peer === name)
}

/** What `require('…')` or `import('…')` loads, as it is written. */
export function loadedBy(node: Node): Node | undefined {
  if (node.type === 'ImportExpression') return node.source
  const loads = isCall(node) && (node.callee.type === 'Import' || isIdentifier(node.callee, 'require'))
  return loads ? node.arguments[0] : undefined
}

/** The specifier of `require('…')` or `import('…')`. */
export const requiredBy = (node: Node): string | undefined => textValue(loadedBy(node))

/** The name that a specifier imports; `undefined` for the namespace. */
export function importedName(specifier: Node): string | undefined {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default'
  if (specifier.type !== 'ImportSpecifier') return undefined
  const { imported } = specifier
  return imported.type === 'StringLiteral' ? imported.value : imported.name
}

/** The specifier and name by which an expression is imported: `{ pay }`, or `pay` of a namespace or `require`. */
export function importOf(
  node: Node,
  { syntax }: SourceFile,
): readonly [specifier: string, name: string] | undefined {
  const member = memberName(node)
  const object = member === undefined ? undefined : objectOf(node)
  const root = object ? plain(object) : node
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

/**
 * The file that a specifier leads to, among those that are migrated. Of an alias such as `@/lib/pay` only what follows the
 * first slash is known.
 */
export function resolveFile(
  specifier: string,
  from: string,
  files: ReadonlyMap<string, SourceFile>,
): SourceFile | undefined {
  if (specifier.startsWith('.')) return fileAt(join(dirname(from), specifier), files)
  const rest = specifier.replace(/^[^/]*/, '')
  if (rest === '') return undefined
  const found = [...files.keys()].flatMap((path) => {
    const at = path.replaceAll('\\', '/').lastIndexOf(rest)
    const file = at < 0 ? undefined : fileAt(path.slice(0, at + rest.length), files)
    return file?.path === path ? [file] : []
  })
  return found.length === 1 ? found[0] : undefined
}

function fileAt(path: string, files: ReadonlyMap<string, SourceFile>): SourceFile | undefined {
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
export function exportedValue({ syntax }: SourceFile, name: string): Node | undefined {
  for (const statement of syntax.root.program.body) {
    const found = exportedBy(statement, name)
    if (found) return found
  }
  return undefined
}

/** The files from which another may pass a name on, and what it is called there. */
export function reexportsOf(
  { syntax }: SourceFile,
  name: string,
): (readonly [specifier: string, name: string])[] {
  return syntax.root.program.body.flatMap((statement) => {
    if (statement.type === 'ExportAllDeclaration') return [[statement.source.value, name] as const]
    if (statement.type !== 'ExportNamedDeclaration' || !statement.source) return []
    const specifier = statement.specifiers.find(
      (one) => one.type === 'ExportSpecifier' && isIdentifier(one.exported, name),
    )
    return specifier?.type === 'ExportSpecifier'
      ? [[statement.source.value, specifier.local.name] as const]
      : []
  })
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
    const { declaration } = statement
    if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'ClassDeclaration') {
      return isIdentifier(declaration.id, name) ? declaration : undefined
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
  const object = objectOf(target)
  if (!object) return undefined
  const isModule = isIdentifier(object, 'module') && memberName(target) === 'exports'
  if (isModule && /^(?:default|module\.exports)$/.test(name)) return expression.right
  if (isModule) return propertyValue(expression.right, name)
  const onExports = isIdentifier(object, 'exports') || memberName(object) === 'exports'
  return onExports && memberName(target) === name ? expression.right : undefined
}
