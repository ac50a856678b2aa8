import { bodyVariants, LEFT_OUT, type Variant } from './body-variants.js'
import type { Diagnosis } from './diagnosis.js'
import { urlVariants } from './url-variants.js'

/** A request as it arrived, with what its `Authorization` says. */
export interface RequestToDiagnose {
  readonly method: string
  /** Path and query, exactly as on the request line. */
  readonly url: string
  readonly host: string
  readonly timestamp: string
  readonly nonce: string
  /** The bytes that should be signed: the body, or the `meta` part of an upload. */
  readonly body: Buffer
  /** The whole body of an upload. */
  readonly upload?: Buffer | undefined
}

/** A message that clients are known to sign by mistake. */
export interface SigningMistake extends Omit<Diagnosis, 'signed'> {
  readonly message: string | Buffer
}

/** The sizes of bodies, in bytes: trying all mistakes takes long with a body beyond the first, and most beyond the second. */
const MANY_TRIES = 8 * 1024
const FEW_TRIES = 256 * 1024
const CLOCK_STEPS = [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]

/** The canonical message of a request: what its signature should cover. */
export function requestMessage({ method, url, timestamp, nonce, body }: RequestToDiagnose): Buffer {
  const head = `${method}\n${url}\n${timestamp}\n${nonce}\n`
  return Buffer.concat([Buffer.from(head), body, Buffer.from('\n')])
}

/** The mistakes one at a time, the likely ones first; then mistakes of the URL and of the body together. */
export function* signingMistakes(request: RequestToDiagnose): Generator<SigningMistake> {
  const { method, url, host, timestamp, nonce, body, upload } = request
  const text = body.toString()
  const message = (other: { method?: string; url?: string; timestamp?: string; body?: string }): string =>
    [
      other.method ?? method,
      other.url ?? url,
      other.timestamp ?? timestamp,
      nonce,
      other.body ?? text,
      '',
    ].join('\n')
  const isLarge = body.length > FEW_TRIES
  const urls = isLarge ? [] : urlVariants(url, host)
  const bodies = isLarge ? [LEFT_OUT] : bodyVariants(text)
  for (const [other, issue, said] of urls) {
    yield { part: 'url', issue, said, message: message({ url: other }) }
  }
  for (const [other, issue, said] of bodies) {
    yield { part: 'body', issue, said, message: message({ body: other }) }
  }
  if (upload) {
    yield {
      ...{ part: 'body', issue: 'all of the upload was signed, instead of its part meta alone' },
      ...{ said: '上传接口只对 meta 部分签名，客户端却对整个请求体签了名' },
      message: requestMessage({ ...request, body: upload }),
    }
  }
  if (isLarge) return
  for (const other of new Set([method.toLowerCase(), 'GET', 'POST', 'PUT', 'PATCH', 'DELETE'])) {
    const [issue, said] = [`the method was signed as ${other}`, `签名时请求方法写成了 ${other}`]
    yield { part: 'method', issue, said, message: message({ method: other }) }
  }
  for (const [other, issue, said] of layouts(message({}), request, text)) {
    yield { part: 'layout', issue, said, message: other }
  }
  for (const other of new Set([nonce.toLowerCase(), nonce.toUpperCase()])) {
    const issue = 'the nonce was signed with other upper and lower case than in the header'
    const said = '签名所用随机串的大小写与请求头中的不同'
    const signed = [method, url, timestamp, other, text, ''].join('\n')
    yield { part: 'nonce', issue, said, message: signed }
  }
  if (body.length > MANY_TRIES) return
  for (const [other, issue, said] of timestamps(timestamp)) {
    yield { part: 'timestamp', issue, said, message: message({ timestamp: other }) }
  }
  for (const [otherUrl, urlIssue, urlSaid] of urls) {
    for (const [otherBody, bodyIssue, bodySaid] of bodies) {
      const [issue, said] = [`${urlIssue}; ${bodyIssue}`, `${urlSaid}；${bodySaid}`]
      yield { part: 'url', issue, said, message: message({ url: otherUrl, body: otherBody }) }
    }
  }
}

function layouts(
  exact: string,
  { method, url, timestamp, nonce }: RequestToDiagnose,
  text: string,
): readonly Variant[] {
  return [
    [exact.slice(0, -1), 'the line feed after the last line is missing', '最后一行之后缺少换行符'],
    [`${exact}\n`, 'there is one line feed too many at the end', '末尾多了一个换行符'],
    [exact.replaceAll('\n', '\r\n'), 'lines end in \\r\\n instead of \\n', '换行用了 \\r\\n，应为 \\n'],
    [
      exact.replaceAll('\n', '\\n'),
      'lines end in a backslash and an n instead of a line feed',
      '换行写成了反斜杠加字母 n，而不是换行符',
    ],
    [
      `${method}\n${url}\n${nonce}\n${timestamp}\n${text}\n`,
      'nonce and timestamp changed places',
      '随机串与时间戳的顺序颠倒',
    ],
    [
      `${timestamp}\n${nonce}\n${text}\n`,
      'that is the message of an answer, without method and URL',
      '用了应答的验签串格式，缺少方法和 URL',
    ],
    [
      `${url}\n${method}\n${timestamp}\n${nonce}\n${text}\n`,
      'method and URL changed places',
      '请求方法与 URL 的顺序颠倒',
    ],
  ]
}

function* timestamps(sent: string): Generator<Variant> {
  const isDigits = /^\d{1,15}$/.test(sent)
  if (!isDigits) return
  for (const step of CLOCK_STEPS) {
    const issue = 'the timestamp was taken twice: once for the message, once for the header'
    yield [String(Number(sent) + step), issue, '时间戳取了两次：签名时一次，请求头里又一次']
  }
  if (sent.length > 10) {
    const issue = 'the timestamp was signed in seconds, but sent in milliseconds'
    yield [sent.slice(0, -3), issue, '签名用的时间戳是秒，请求头里却是毫秒']
    return
  }
  for (let fraction = 0; fraction < 1_000; fraction++) {
    const issue = 'the timestamp was signed in milliseconds, but sent in seconds'
    yield [`${sent}${String(fraction).padStart(3, '0')}`, issue, '签名用的时间戳是毫秒，应与请求头一致，用秒']
  }
}
