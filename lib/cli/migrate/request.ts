import type { CallExpression, ObjectExpression } from '@babel/types'
import { words } from '../language.js'
import { type Draft, mark, markGone, meaningOf, pair, rangeOf, textOf } from './draft.js'
import { asObject, isNothing, isOpen, type Member, removeMembers, renameMember } from './objects.js'
import type { Target } from './path.js'
import { isCall, keyOf, type Node, plain, textValue } from './syntax.js'

/** Options of a call that both packages know. */
const KEPT: ReadonlySet<string> = new Set([
  ...['headers', 'timeout', 'signal', 'responseType', 'baseURL'],
  ...['onUploadProgress', 'onDownloadProgress'],
])
/** Options that the catalogue makes superfluous. */
const DROPPED: ReadonlySet<string> = new Set(['security', 'nonceless'])

/** What a call is made of, as its program writes it. */
export interface WrittenRequest {
  readonly call: CallExpression
  readonly target: Target
  /** `json`, `xml` or `multipart`. */
  readonly bodyKey: string
  readonly body: Node | undefined
  readonly config: Node | undefined
  /** Further properties of the request, as text. */
  readonly extra: readonly string[]
  /** Whether all encrypted fields are encrypted by the client now, so that no serial number is to be named. */
  readonly encrypts: boolean
  /** Whether the body is a form, whose headers and meta the client makes. */
  readonly isUpload: boolean
}

/** Turns the arguments of a call into the one request object. */
export function writeRequest(draft: Draft, written: WrittenRequest): void {
  const { call, bodyKey, extra } = written
  const body = written.body && !isNothing(plain(written.body)) ? written.body : undefined
  const given = written.config && !isNothing(plain(written.config)) ? written.config : undefined
  const config = given && configOf(draft, given, written)
  const [, end] = rangeOf(call)
  const first = call.arguments[0]
  const from = first ? rangeOf(first)[0] : end - 1
  if (config?.isEmpty && call.arguments.length === 1 && extra.length === 0) {
    draft.edits.replace(from, end - 1, '')
    return
  }
  // An object that stands alone stays as it is, with its comments.
  if (!body && extra.length === 0 && config && call.arguments.length === 1) return
  // A property joins those that stand on lines of their own.
  const indent = body ? '' : (/^\s*\n\s*/.exec(config?.text ?? '')?.[0] ?? '')
  const members = [
    ...(body ? [pair(bodyKey, textOf(draft, body))] : []),
    ...extra.map((one) => indent + one),
    ...(config && !config.isEmpty ? [config.text] : []),
  ]
  const last = call.arguments.at(-1)
  const to = last ? rangeOf(last)[1] : end - 1
  draft.edits.replace(from, to, joinMembers(members))
}

/** An object literal; what was on lines of its own stays there. */
function joinMembers(members: readonly string[]): string {
  if (members.length === 0) return ''
  let text = '{'
  for (const [index, member] of members.entries()) {
    const separator = index === 0 ? '' : ','
    text += /^\s/.test(member) ? separator + member : `${separator} ${member}`
  }
  return `${text}${/\s$/.test(text) ? '' : ' '}}`
}

interface Config {
  readonly isEmpty: boolean
  /** The properties, as they read in another object literal. */
  readonly text: string
}

function configOf(draft: Draft, given: Node, written: WrittenRequest): Config {
  const literal = asObject(given)
  if (literal) {
    const isEmpty = rewriteConfig(draft, literal, written)
    const [start, end] = rangeOf(literal)
    return { isEmpty, text: draft.edits.textOf(start + 1, end - 1) }
  }
  const shared = sharedConfig(draft, given)
  if (shared) {
    if (!draft.done.has(shared)) rewriteConfig(draft, shared, written)
    draft.done.add(shared)
  } else {
    mark(
      draft,
      given,
      words(
        `the options in ${oneLine(textOf(draft, given))} are those of axios: rename params to query, and drop security and nonceless`,
        `${oneLine(textOf(draft, given))} 里是 axios 的选项：请把 params 改名为 query，并去掉 security 与 nonceless`,
      ),
    )
  }
  return { isEmpty: false, text: `...${textOf(draft, given)}` }
}

/** The object literal behind a constant that is nothing but options of calls. */
function sharedConfig(draft: Draft, given: Node): ObjectExpression | undefined {
  const binding = draft.file.syntax.bindings.get(plain(given))
  const [source, ...more] = binding?.sources ?? []
  const literal = source?.path.length === 0 && more.length === 0 ? asObject(source.value) : undefined
  const isOnlyOptions = binding?.references.every((one) => {
    const parent = draft.file.syntax.parents.get(one)
    if (!isCall(parent) || parent.callee === one) return false
    return /^(?:verb|path)$/.test(meaningOf(draft, parent.callee)?.is ?? '')
  })
  return isOnlyOptions ? literal : undefined
}

/** Rewrites the options of a call in place, and tells whether none are left. */
function rewriteConfig(draft: Draft, config: ObjectExpression, written: WrittenRequest): boolean {
  const { target } = written
  const removed = new Set<Member>()
  const unknown: string[] = []
  for (const member of config.properties) {
    const name = member.type === 'SpreadElement' ? undefined : keyOf(member)
    const value = member.type === 'ObjectProperty' ? member.value : undefined
    if (name === undefined) unknown.push(oneLine(textOf(draft, member)))
    else if (name === 'params') renameMember(draft, member, 'query')
    else if (DROPPED.has(name) || isSuperfluous(draft, name, value, written)) {
      removed.add(member)
      markGone(draft, member)
    } else if (
      !KEPT.has(name) &&
      !target.placeholders.includes(name) &&
      !(target.isOpen && isLikePlaceholder(name))
    ) {
      unknown.push(name)
    }
  }
  removeMembers(draft, config, removed)
  if (unknown.length > 0) {
    const names = unknown.join(', ')
    mark(
      draft,
      config,
      words(
        `a request takes no ${names}: see "The request object" in the guide for what does the same`,
        `请求对象不接受 ${names}：同样的事怎么做，请看指南中“请求对象”一节`,
      ),
    )
  }
  return removed.size === config.properties.length
}

const isLikePlaceholder = (name: string): boolean => /^[a-z]+(?:_[a-z]+)+$/.test(name)

/** Whether an option says what the catalogue knows. */
function isSuperfluous(
  draft: Draft,
  name: string,
  value: Node | undefined,
  written: WrittenRequest,
): boolean {
  const { traits, isV2 } = written.target
  if (name === 'baseURL') {
    const origin = textValue(value)?.replace(/\/$/, '')
    return origin !== undefined && origin === (traits?.origin ?? 'https://api.mch.weixin.qq.com')
  }
  if (name === 'transformResponse') {
    if (!isV2) return traits?.unsigned === true
    // The response is decoded, and not verified where the catalogue says that there is no signature.
    const only =
      value?.type === 'ArrayExpression' && value.elements.length === 1 ? value.elements[0] : undefined
    const helper = only ? meaningOf(draft, only) : undefined
    return helper?.is === 'helper' && helper.name === 'Transformer.toObject'
  }
  if (written.isUpload && (name === 'meta' || name === 'headers')) {
    return name === 'meta' || (value !== undefined && /\bgetHeaders\(\)/.test(textOf(draft, value)))
  }
  if (name === 'headers' && written.encrypts) return namesOnly(asObject(value), 'wechatpay-serial')
  return false
}

function namesOnly(object: ObjectExpression | undefined, name: string): boolean {
  return (
    object !== undefined &&
    !isOpen(object) &&
    object.properties.every((one) => keyOf(one)?.toLowerCase() === name)
  )
}

/** A piece of a program, short enough for a comment. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 40 ? `${line.slice(0, 39)}…` : line
}
