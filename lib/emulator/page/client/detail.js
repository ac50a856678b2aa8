import { said } from './chinese.js'
import { copyable, h, pretty } from './dom.js'
import { messageOf } from './message.js'
import { inChosen, word } from './words.js'

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`

/** Headers that curl makes itself. */
const OWN = ['host', 'connection', 'content-length', 'accept-encoding', 'transfer-encoding']

/** @param {any} call @param {string} origin */
function curlOf({ method, url, headers, body }, origin) {
  const kept = Object.entries(headers).filter(([name]) => !OWN.includes(name))
  const isUpload = String(headers['content-type']).startsWith('multipart/')
  const parts = [
    `curl -X ${method} ${quoted(origin + url)}`,
    ...kept.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
  ]
  if (body) parts.push(isUpload ? '--data-binary @body.bin' : `--data-raw ${quoted(body)}`)
  return parts.join(' \\\n  ')
}

/** @param {string} [text] */
function safeJson(text = '') {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A sentence begins with a capital, a path or a name as it is. @param {string} text */
const capitalised = (text) => (/^[a-z]+ /.test(text) ? text[0]?.toUpperCase() + text.slice(1) : text)

/** What is wrong, the most telling first. @param {any} call */
function findingOf({ problem, diagnosis, answer, code }) {
  const told = safeJson(answer?.body)
  const { field, issue, value, location } = told?.detail ?? {}
  const isField = field && !problem
  const headline = diagnosis
    ? capitalised(inChosen(diagnosis.said, diagnosis.issue))
    : isField
      ? said(`${field} ${issue}`)
      : said(problem ?? code)
  if (!headline) return undefined
  const part = diagnosis ? diagnosis.part : isField ? location : undefined
  const more = [
    diagnosis && said(problem),
    isField && value !== '' && value !== undefined && `${word('value')}: ${JSON.stringify(value)}`,
    told?.code && `${told.code}: ${said(told.message)}`,
  ].filter(Boolean)
  return h(
    'div',
    { class: 'note wrong', role: 'note' },
    h(
      'p',
      {},
      part && h('span', { class: 'chip' }, word(diagnosis ? part : `in_${part}`)),
      h('strong', {}, headline),
    ),
    ...more.map((text) => h('p', { class: 'mono' }, text)),
  )
}

/**
 * @param {string} title
 * @param {...(Node | string | false | undefined)} content
 */
const section = (title, ...content) => h('section', {}, h('h3', {}, title), ...content)

/** @param {Record<string, unknown>} headers */
const headerText = (headers) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')

/** @param {string} title @param {Record<string, unknown>} headers */
const headersOf = (title, headers) =>
  h('details', {}, h('summary', {}, word(title)), copyable(headerText(headers)))

/** @param {string} text */
const bodyOf = (text) => (text ? copyable(pretty(text)) : h('p', { class: 'soft' }, word('no_body')))

/** @param {any} call */
function answerOf({ answer }) {
  if (!answer) return section(word('answer'), h('p', { class: 'soft' }, word('no_answer')))
  const { status, headers, body } = answer
  const chip = h('span', { class: `status ${status >= 400 ? 'wrong' : ''}` }, `HTTP ${status}`)
  return h(
    'section',
    {},
    h('h3', {}, word('answer'), chip),
    bodyOf(body),
    headersOf('answer_headers', headers),
  )
}

/** @param {Record<string, string>} fields in clear, by JSON pointer */
const decryptedOf = (fields) =>
  h(
    'div',
    { class: 'lines' },
    ...Object.entries(fields).map(([pointer, text]) =>
      h(
        'div',
        { class: 'one wide' },
        h('span', { class: 'mono soft' }, pointer),
        h('span', { class: 'mono' }, text),
      ),
    ),
  )

/** All that is known of a call. @param {any} call */
export function detailOf(call) {
  const { method, url, verified, decrypted, headers, body, template } = call
  return h(
    'div',
    { class: 'detail' },
    h('h2', {}, h('span', { class: `method ${method}` }, method), h('code', {}, url)),
    h(
      'p',
      { class: 'facts' },
      h(
        'span',
        { class: verified ? 'good' : 'bad' },
        verified ? `✓ ${word('verified')}` : `✗ ${word('refused')}`,
      ),
      template && h('code', { class: 'soft', title: word('template') }, template),
    ),
    findingOf(call),
    section(word('message'), messageOf(call)),
    decrypted && section(word('decrypted'), decryptedOf(decrypted)),
    section(word('request'), bodyOf(body), headersOf('headers', headers)),
    answerOf(call),
    section(
      word('curl'),
      copyable(curlOf(call, location.origin)),
      h('p', { class: 'soft' }, word('curl_hint')),
    ),
  )
}
