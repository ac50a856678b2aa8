import { copyable, h, pretty } from './dom.js'
import { word } from './words.js'

const LINES = ['method', 'url', 'timestamp', 'nonce', 'body']

/** @param {string} message of APIv3; what is behind the fourth line feed is the body */
function linesOf(message) {
  const lines = message.split('\n')
  return [...lines.slice(0, 4), lines.slice(4).join('\n').replace(/\n$/, '')]
}

/**
 * The message line by line, beside what the client signed where that is known.
 *
 * @param {any} call
 */
function messageOf(call) {
  const isV3 = linesOf(call.message).length === 5 && /^(\/v3|\/hk|\/global)/.test(call.url)
  if (!isV3) return copyable(call.message)
  const ours = linesOf(call.message)
  const theirs = call.diagnosis?.signed && linesOf(call.diagnosis.signed)
  const head =
    theirs &&
    h(
      'div',
      { class: 'names' },
      h('span', { class: 'soft' }, ''),
      h('span', { class: 'soft' }, word('computed')),
      h('span', { class: 'soft' }, word('signed')),
    )
  const rows = LINES.map((name, index) => {
    const differs = theirs && ours[index] !== theirs[index]
    return h(
      'div',
      { class: `${theirs ? '' : 'one'} ${differs ? 'differs' : ''}` },
      h('span', { class: 'soft' }, word(name)),
      h('span', { class: 'mono', 'data-from': theirs && word('computed') }, ours[index] ?? ''),
      theirs && h('span', { class: 'mono', 'data-from': word('signed') }, theirs[index] ?? ''),
    )
  })
  return h('div', { class: 'lines' }, head, ...rows)
}

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`

/** @param {any} call @param {string} origin */
function curlOf({ method, url, headers, body }, origin) {
  const kept = Object.entries(headers).filter(
    ([name]) => !['host', 'connection', 'content-length', 'accept-encoding'].includes(name),
  )
  const parts = [
    `curl -X ${method} ${quoted(origin + url)}`,
    ...kept.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
  ]
  if (body) parts.push(`--data-raw ${quoted(body)}`)
  return parts.join(' \\\n  ')
}

/** @param {any} call */
function findingOf({ problem, diagnosis, answer }) {
  const said = answer && safeJson(answer.body)
  const texts = [
    problem,
    diagnosis && `${word('part')}: ${word(diagnosis.part)}. ${diagnosis.issue}`,
    said?.code && answer.status >= 400 && `${said.code}: ${said.message}`,
  ]
  const shown = texts.filter(Boolean)
  return (
    shown.length > 0 &&
    h('div', { class: 'note wrong', role: 'note' }, ...shown.map((text) => h('div', {}, String(text))))
  )
}

/** @param {string} text */
function safeJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
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

/** All that is known of a call. @param {any} call */
export function detailOf(call) {
  const { method, url, verified, answer, decrypted, headers, body, template } = call
  return h(
    'div',
    { class: 'detail' },
    h(
      'div',
      { class: 'bar' },
      h('h2', {}, h('code', {}, `${method} ${url}`)),
      h(
        'span',
        { class: verified ? 'good' : 'bad' },
        verified ? `✓ ${word('verified')}` : `✗ ${word('refused')}`,
      ),
      template && h('span', { class: 'soft' }, template),
    ),
    findingOf(call),
    section(word('message'), messageOf(call)),
    decrypted && section(word('decrypted'), copyable(JSON.stringify(decrypted, null, 2))),
    section(word('body'), copyable(pretty(body) || word('none'))),
    section(
      word('answer'),
      ...(answer
        ? [copyable(`HTTP ${answer.status}\n${headerText(answer.headers)}\n\n${pretty(answer.body)}`)]
        : [h('p', { class: 'soft' }, word('no_answer'))]),
    ),
    section(word('headers'), copyable(headerText(headers))),
    section(
      word('curl'),
      copyable(curlOf(call, location.origin)),
      h('p', { class: 'soft' }, word('curl_hint')),
    ),
  )
}
