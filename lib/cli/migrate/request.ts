import type { CallExpression, ObjectExpression } from '@babel/types'
import { assertDefined, castOf } from './casts.js'
import {
  type Draft,
  helperName,
  mark,
  markGone,
  meaningOf,
  onlyValue,
  pair,
  rangeOf,
  textOf,
} from './draft.js'
import { asObject, has, isNothing, isOpen, type Member, removeMembers, renameMember } from './objects.js'
import * as reasons from './reasons.js'
import { isCall, isFunction, isIdentifier, keyOf, type Node, onlyReturn, plain, textValue } from './syntax.js'
import type { Target } from './target.js'

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
  if (written.target.traits && body) assertDefined(draft, body)
  const given = written.config && !isNothing(plain(written.config)) ? written.config : undefined
  const config = given && configOf(draft, given, written)
  markMissing(draft, written, given)
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
    ...(body ? [pair(bodyKey, textOf(draft, body) + castOf(draft, body, written.target))] : []),
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
    mark(draft, given, reasons.axiosOptions(oneLine(textOf(draft, given))))
  }
  return { isEmpty: false, text: `...${textOf(draft, given)}` }
}

/** The object literal behind a constant that is nothing but options of calls. */
function sharedConfig(draft: Draft, given: Node): ObjectExpression | undefined {
  const binding = draft.file.syntax.bindings.get(plain(given))
  const literal = asObject(onlyValue(draft, given))
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
    else if (name === 'params') {
      renameMember(draft, member, 'query')
      if (target.traits && value) assertDefined(draft, value)
      if (value) draft.edits.after(rangeOf(value)[1], castOf(draft, value, target))
    } else if (DROPPED.has(name) || isSuperfluous(draft, name, value, written)) {
      removed.add(member)
      markGone(draft, member)
    } else if (name === 'transformResponse' && value && applyTransforms(draft, value, written)) {
      removed.add(member)
    } else if (name === 'headers' && written.encrypts) removeSerial(draft, asObject(value))
    else if (
      !KEPT.has(name) &&
      !target.placeholders.includes(name) &&
      !(target.isOpen && isLikePlaceholder(name))
    ) {
      unknown.push(name)
    }
  }
  removeMembers(draft, config, removed)
  if (unknown.length > 0) mark(draft, config, reasons.unknownKeys(unknown.join(', ')))
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
  const { traits, isV2, placeholders } = written.target
  if (name === 'baseURL') {
    const origin = textValue(value)?.replace(/\/$/, '')
    return origin !== undefined && origin === (traits?.origin ?? 'https://api.mch.weixin.qq.com')
  }
  // An empty placeholder stood for a slash at the end of the path.
  if (textValue(value) === '' && !KEPT.has(name) && !placeholders.includes(name)) return true
  // The text was decoded all the same.
  if (name === 'responseType') return isV2 && textValue(value) === 'text'
  if (name === 'transformResponse') {
    if (!isV2) return traits?.unsigned === true && transformsOf(value)?.every(isIdentity) === true
    // The response is decoded, and not verified where the catalogue says that there is no signature.
    const only =
      value?.type === 'ArrayExpression' && value.elements.length === 1 ? value.elements[0] : undefined
    return only ? helperName(draft, only) === 'Transformer.toObject' : false
  }
  if (written.isUpload && (name === 'meta' || name === 'headers')) {
    const makesForm = value !== undefined && /\bgetHeaders\(\)/.test(textOf(draft, value))
    return name === 'meta' || makesForm || namesOnly(asObject(value), 'content-type')
  }
  if (name === 'headers' && written.encrypts) return namesOnly(asObject(value), 'wechatpay-serial')
  return false
}

/** The functions of `transformResponse`; `undefined` where they are not written at the call. */
function transformsOf(value: Node | undefined): Node[] | undefined {
  const inner = value && plain(value)
  if (inner?.type !== 'ArrayExpression') return inner && (isFunction(inner) ? [inner] : undefined)
  const functions = inner.elements.filter((one) => one !== null && one.type !== 'SpreadElement')
  return functions.length === inner.elements.length ? functions : undefined
}

/** `(data) => data`, by which the plugin was kept from verifying what has no signature. */
function isIdentity(node: Node): boolean {
  if (!isFunction(node)) return false
  const result = onlyReturn(node)
  const [data] = node.params
  const isOnly = node.body.type !== 'BlockStatement' || node.body.body.length === 1
  return isOnly && isIdentifier(data) && isIdentifier(result, data.name)
}

/** Applies functions of `transformResponse` to the response; what is not signed may be changed before it is looked at. */
function applyTransforms(draft: Draft, value: Node, { call, target }: WrittenRequest): boolean {
  const functions = target.traits?.unsigned && !target.isV2 ? transformsOf(value) : undefined
  if (!functions || functions.some((one) => isFunction(one) && one.params.length > 1)) return false
  const data = functions.reduce((before, one) => {
    const text = textOf(draft, one)
    return `${isFunction(one) ? `(${text})` : text}(${before})`
  }, 'response.data')
  draft.edits.after(rangeOf(call)[1], `.then((response) => ({ ...response, data: ${data} }))`)
  return true
}

/** Has the client name the key that it encrypts with, and leaves the other headers. */
function removeSerial(draft: Draft, headers: ObjectExpression | undefined): void {
  const serial = headers?.properties.filter((one) => keyOf(one)?.toLowerCase() === 'wechatpay-serial')
  if (headers && serial) removeMembers(draft, headers, new Set(serial))
}

/** Marks a call without a value for a placeholder of its path, where all that is given is known. */
function markMissing(draft: Draft, { call, target }: WrittenRequest, given: Node | undefined): void {
  const config = asObject(given)
  if (given && (!config || isOpen(config))) return
  const filled = target.filled.map(([name]) => name)
  const missing = target.placeholders.filter(
    (name) => !filled.includes(name) && !(config && has(config, name)),
  )
  if (missing.length > 0) mark(draft, call, reasons.missingValues(missing.join(', ')))
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
