import type { ImportDeclaration, VariableDeclarator } from '@babel/types'
import {
  type Draft,
  lineEnd,
  MAIN,
  type Need,
  rangeOf,
  removeStatement,
  replaceNode,
  statementRange,
} from './draft.js'
import { importedName, loadedBy } from './modules.js'
import type { Binding } from './scopes.js'
import { baseOf, textValue } from './syntax.js'

/** A name with another one for the file: `Wechatpay as Pay`. */
export const renamed = (name: string, local: string, separator: ' as ' | ': '): string =>
  name === local ? name : name + separator + local

/** A name that an import brings. */
export type Name = Pick<Need, 'module' | 'name' | 'local'>

export function byModule(
  names: readonly Name[],
  separator: ' as ' | ': ',
): [module: string, members: string[]][] {
  const found = new Map<string, Set<string>>()
  for (const { module, name, local } of names) {
    const members = found.get(module) ?? new Set()
    found.set(module, members.add(renamed(name, local, separator)))
  }
  const order = [MAIN, 'wechatpay-fluent/crypto']
  return [...found]
    .sort(([one], [other]) => ((order.indexOf(one) + 3) % 3) - ((order.indexOf(other) + 3) % 3))
    .map(([module, members]) => [
      module,
      [...members].sort((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1)),
    ])
}

export function importLines(names: readonly Name[], quote: string, isType: boolean, prefix = ''): string[] {
  return byModule(names, ' as ').map(
    ([module, members]) =>
      `import ${isType ? 'type ' : ''}{ ${members.join(', ')} } from ${quote}${module.startsWith('node:') ? '' : prefix}${module}${quote}`,
  )
}

export const statements = (lines: readonly string[], end: string, indent = ''): string =>
  lines.map((line) => `${line}${end}`).join(`\n${indent}`)

export function writeImport(
  draft: Draft,
  node: ImportDeclaration,
  kept: readonly Binding[],
  names: readonly Name[],
): void {
  const { text } = draft.file
  const [start, end] = statementRange(draft, node)
  const quote = text[rangeOf(node.source)[0]] ?? "'"
  const semicolon = text[end - 1] === ';' ? ';' : ''
  const isType = node.importKind === 'type'
  if (names.length === 0 && kept.length === node.specifiers.length) return
  const old = keptClause(kept)
  const lines = [
    ...(old === undefined
      ? []
      : [`import ${isType ? 'type ' : ''}${old} from ${text.slice(...rangeOf(node.source))}`]),
    ...importLines(names, quote, isType, node.source.value.startsWith('npm:') ? 'npm:' : ''),
  ]
  if (lines.length === 0) removeStatement(draft, node)
  else draft.edits.replace(start, end, statements(lines, semicolon).replaceAll('\n', lineEnd(draft)))
}

function keptClause(kept: readonly Binding[]): string | undefined {
  if (kept.length === 0) return undefined
  const named = kept.filter(({ declaration }) => declaration.type === 'ImportSpecifier')
  const members = named.map(({ declaration, name }) => {
    return renamed(importedName(declaration) ?? name, name, ' as ')
  })
  return [
    ...kept
      .filter(({ declaration }) => declaration.type === 'ImportDefaultSpecifier')
      .map(({ name }) => name),
    ...kept
      .filter(({ declaration }) => declaration.type === 'ImportNamespaceSpecifier')
      .map(({ name }) => `* as ${name}`),
    ...(members.length > 0 ? [`{ ${members.join(', ')} }`] : []),
  ].join(', ')
}

export function writeRequire(
  draft: Draft,
  node: VariableDeclarator,
  kept: readonly Binding[],
  names: readonly Name[],
): void {
  const { text, syntax } = draft.file
  const declaration = syntax.parents.get(node)
  if (declaration?.type !== 'VariableDeclaration' || !node.init) return
  if (names.length === 0 && kept.length > 0) return
  const init = text.slice(...rangeOf(node.init))
  const load = baseOf(node.init)
  const [initStart] = rangeOf(node.init)
  const inner = loadedBy(load)
  if (!inner) return
  const [from, to] = rangeOf(inner).map((at) => at - initStart) as [number, number]
  const quote = init[from] ?? "'"
  const head = text.slice(rangeOf(load)[0], rangeOf(inner)[0])
  const tail = text.slice(rangeOf(inner)[1], rangeOf(load)[1])
  const isAwaited = text.slice(initStart, rangeOf(load)[0]).includes('await')
  const loads = (module: string): string =>
    `${isAwaited ? 'await ' : ''}${head}${quote}${module}${quote}${tail}`
  const declarators = [
    ...(kept.length > 0
      ? [`${keptPattern(kept)} = ${loads(textValue(inner) ?? init.slice(from + 1, to - 1))}`]
      : []),
    ...byModule(names, ': ').map(([module, members]) => `{ ${members.join(', ')} } = ${loads(module)}`),
  ]
  if (declaration.declarations.length > 1) {
    if (declarators.length > 0) replaceNode(draft, node, declarators.join(', '))
    return
  }
  const [start, end] = statementRange(draft, declaration)
  if (declarators.length === 0) {
    removeStatement(draft, declaration)
    return
  }
  const semicolon = text[end - 1] === ';' ? ';' : ''
  const indent = /[^\S\n]*$/.exec(text.slice(0, start))?.[0] ?? ''
  const lines = declarators.map((one) => `${declaration.kind} ${one}`)
  draft.edits.replace(start, end, statements(lines, semicolon, indent).replaceAll('\n', lineEnd(draft)))
}

function keptPattern(kept: readonly Binding[]): string {
  const [first] = kept
  if (kept.length === 1 && first?.sources[0]?.path.length === 0) return first.name
  const members = kept.map(({ name, sources }) => {
    const path = sources[0]?.path ?? []
    const last = path.at(-1)
    const innermost = last === name ? name : `${last}: ${name}`
    return path.slice(0, -1).reduceRight((text, outer) => `${outer}: { ${text} }`, innermost)
  })
  return `{ ${members.join(', ')} }`
}
