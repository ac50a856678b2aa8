import type { ObjectExpression, ObjectMember, SpreadElement } from '@babel/types'
import { type Draft, onlyValue, rangeOf } from './draft.js'
import { isIdentifier, keyOf, type Node, plain } from './syntax.js'

export type Member = ObjectMember | SpreadElement

export const isNothing = (node: Node): boolean =>
  isIdentifier(node, 'undefined') || node.type === 'NullLiteral'

/** An expression as an object literal, if it is one. */
export function asObject(node: Node | undefined | null): ObjectExpression | undefined {
  const inner = node ? plain(node) : undefined
  return inner?.type === 'ObjectExpression' ? inner : undefined
}

/** An expression as an object literal: its own, or that of a constant which it names. */
export function literalOf(draft: Draft, node: Node | undefined | null): ObjectExpression | undefined {
  return node ? (asObject(node) ?? asObject(onlyValue(draft, node))) : undefined
}

export const has = (object: ObjectExpression, name: string): boolean =>
  object.properties.some((one) => one.type !== 'SpreadElement' && keyOf(one) === name)

/** Whether an object literal may have properties that are not written in it. */
export const isOpen = (object: ObjectExpression): boolean =>
  object.properties.some((one) => one.type === 'SpreadElement' || (one.computed && keyOf(one) === undefined))

/** Removes properties from an object literal, with the comments above them. */
export function removeMembers(draft: Draft, object: ObjectExpression, removed: ReadonlySet<Member>): void {
  const { properties } = object
  const [start, end] = rangeOf(object)
  const last = properties.length - 1
  for (const [index, member] of properties.entries()) {
    if (!removed.has(member)) continue
    const before = properties[index - 1]
    const after = properties[index + 1]
    const allBeforeGo = properties.slice(0, index).every((one) => removed.has(one))
    if (after) draft.edits.replace(startOf(member, before), startOf(after, member), '')
    else if (allBeforeGo) draft.edits.replace(startOf(member, before), end - 1, '')
    else if (before) {
      const kept = properties.slice(0, index).findLast((one) => !removed.has(one))
      const from = kept ? rangeOf(kept)[1] : start + 1
      draft.edits.replace(from, endOf(properties[last] as Member), '')
    }
  }
}

/** Where a property ends, with the comment behind it. */
function endOf(member: Member): number {
  const comments =
    member.trailingComments?.filter(({ loc }) => loc?.start.line === member.loc?.end.line) ?? []
  return Math.max(...[member, ...comments].map(({ end }) => end ?? 0))
}

/** Where a property starts, with the comments on the lines above it. */
function startOf(member: Member, before: Member | undefined): number {
  const line = before?.loc?.end.line ?? 0
  const comments = member.leadingComments?.filter(({ loc }) => (loc?.start.line ?? 0) > line) ?? []
  return Math.min(...[member, ...comments].map(({ start }) => start ?? 0))
}

/** Renames a property; a short one is written in full. */
export function renameMember(draft: Draft, member: Member, name: string): void {
  if (member.type === 'SpreadElement') return
  const [start, end] = rangeOf(member.key)
  if (member.type === 'ObjectProperty' && member.shorthand) draft.edits.before(start, `${name}: `)
  else draft.edits.replace(start, end, name)
}
