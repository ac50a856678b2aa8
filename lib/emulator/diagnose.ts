import { constants, createHash, type KeyObject, publicDecrypt } from 'node:crypto'
import { parseAuthorization, type SignedRequest } from './authorization.js'

/** What a client signed, where it is not what it sent. */
export interface Diagnosis {
  readonly part: 'key' | 'algorithm' | 'method' | 'url' | 'body' | 'layout' | 'unknown'
  /** In a sentence. */
  readonly issue: string
  /** The message that fits the signature, when it was found. */
  readonly signed?: string
}

/** What stands before the digest in a signature of PKCS #1 v1.5, by algorithm. */
const DIGESTS: Readonly<Record<string, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha1: '3021300906052b0e03021a05000414',
  md5: '3020300c06082a864886f70d020505000410',
  sha512: '3051300d060960864801650304020305000440',
}

/**
 * Finds out what a signature that does not fit is a signature of: the digest in it is compared with those of the
 * messages that clients are known to sign by mistake.
 */
export function diagnose(
  request: SignedRequest & { readonly host: string },
  key: KeyObject,
): Diagnosis | undefined {
  const credentials = parseAuthorization(request.authorization ?? '')
  if (!credentials) return undefined
  const found = openSignature(credentials.signature, key)
  if (!found) return { part: 'key', issue: 'signed with another private key than that of this merchant' }
  if (found.algorithm !== 'sha256') {
    return { part: 'algorithm', issue: `signed over ${found.algorithm} instead of SHA-256` }
  }
  for (const { part, issue, message } of guesses(request, credentials.timestamp, credentials.nonce_str)) {
    if (createHash('sha256').update(message).digest('hex') === found.digest) {
      return { part, issue, signed: message }
    }
  }
  const issue = 'signed with the key of this merchant, but over another message; compare it line by line'
  return { part: 'unknown', issue }
}

function openSignature(
  signature: string,
  key: KeyObject,
): { readonly algorithm: string; readonly digest: string } | undefined {
  try {
    const padding = constants.RSA_PKCS1_PADDING
    const opened = publicDecrypt({ key, padding }, Buffer.from(signature, 'base64')).toString('hex')
    const [algorithm, prefix = ''] =
      Object.entries(DIGESTS).find(([, start]) => opened.startsWith(start)) ?? []
    return algorithm === undefined ? undefined : { algorithm, digest: opened.slice(prefix.length) }
  } catch {
    return undefined
  }
}

interface Guess {
  readonly part: Diagnosis['part']
  readonly issue: string
  readonly message: string
}

type Variant = readonly [text: string, issue: string]

/** Mistakes one at a time, then those of the URL and the body together. */
function* guesses(
  { method, url, host, body }: SignedRequest & { readonly host: string },
  timestamp: string,
  nonce: string,
): Generator<Guess> {
  const text = body.toString()
  const message = (parts: { method?: string; url?: string; body?: string }): string =>
    `${parts.method ?? method}\n${parts.url ?? url}\n${timestamp}\n${nonce}\n${parts.body ?? text}\n`
  const exact = message({})
  const urls = urlVariants(url, host)
  const bodies = bodyVariants(text)
  for (const [other, issue] of urls) yield { part: 'url', issue, message: message({ url: other }) }
  for (const [other, issue] of bodies) yield { part: 'body', issue, message: message({ body: other }) }
  for (const other of [method.toLowerCase(), 'GET', 'POST']) {
    yield { part: 'method', issue: `the method was signed as ${other}`, message: message({ method: other }) }
  }
  const layouts: readonly Variant[] = [
    [exact.slice(0, -1), 'the line feed after the last line is missing'],
    [`${exact}\n`, 'there is one line feed too many at the end'],
    [exact.replaceAll('\n', '\r\n'), 'lines end in \\r\\n instead of \\n'],
    [exact.replaceAll('\n', '\\n'), 'lines end in a backslash and an n instead of a line feed'],
    [`${method}\n${url}\n${nonce}\n${timestamp}\n${text}\n`, 'nonce and timestamp changed places'],
    [`${timestamp}\n${nonce}\n${text}\n`, 'that is the message of an answer, without method and URL'],
  ]
  for (const [other, issue] of layouts) yield { part: 'layout', issue, message: other }
  for (const [otherUrl, urlIssue] of urls) {
    for (const [otherBody, bodyIssue] of bodies) {
      const issue = `${urlIssue}; ${bodyIssue}`
      yield { part: 'url', issue, message: message({ url: otherUrl, body: otherBody }) }
    }
  }
}

function urlVariants(url: string, host: string): readonly Variant[] {
  const [path = '', query] = url.split('?')
  return [
    ...(query === undefined ? [] : [[path, 'the URL was signed without its query'] as const]),
    [decodeSafely(url), 'the URL was signed before it was percent-encoded'],
    [encodeURI(decodeSafely(url)), 'the URL was signed with other characters percent-encoded'],
    [`http://${host}${url}`, 'the URL was signed with protocol and host'],
    [`https://${host}${url}`, 'the URL was signed with protocol and host'],
    [`https://api.mch.weixin.qq.com${url}`, 'the URL was signed with protocol and host'],
    [url.slice(1), 'the URL was signed without its leading slash'],
    [path.endsWith('/') ? path.slice(0, -1) : `${path}/`, 'the URL was signed with a slash more or less'],
    [`${path}?`, 'the URL was signed with a ? that was not sent'],
  ]
}

function decodeSafely(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}

function bodyVariants(body: string): readonly Variant[] {
  const parsed = parseSafely(body)
  const serialized: readonly Variant[] =
    parsed === undefined
      ? []
      : [
          [JSON.stringify(parsed), 'the body was sent with other white space than it was signed with'],
          [JSON.stringify(parsed, null, 2), 'the body was signed with white space that was not sent'],
          [JSON.stringify(parsed, null, 4), 'the body was signed with white space that was not sent'],
          [escaped(JSON.stringify(parsed)), 'the body was signed with \\u escapes that were not sent'],
        ]
  return [
    ['', 'the body was left out of the signature'],
    ...serialized,
    [`${body}\n`, 'the body was signed with a line feed at its end'],
    [body.trim(), 'the body was sent with white space around it'],
    [`\uFEFF${body}`, 'the body was signed with a byte order mark'],
    ['{}', 'an empty object was signed in place of the body'],
    ['null', 'null was signed in place of the body'],
    ['undefined', 'undefined was signed in place of the body'],
    ['[object Object]', 'an object was signed that was not serialized'],
  ]
}

function parseSafely(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const escaped = (json: string): string =>
  json.replace(/[\u0080-\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
