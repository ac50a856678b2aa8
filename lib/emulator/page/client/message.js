import { copyable, h } from './dom.js'
import { word } from './words.js'

const LINES = ['method', 'url', 'timestamp', 'nonce', 'body']

/** @param {string} message of v3; what is behind the fourth line feed is the body */
function linesOf(message) {
  const lines = message.split('\n')
  return [...lines.slice(0, 4), lines.slice(4).join('\n').replace(/\n$/, '')]
}

/** @param {string} message of v2 */
const pairsOf = (message) => new Map(message.split('&').map((pair) => [pair.split('=')[0] ?? '', pair]))

/**
 * The parts of a message by name, beside what the client signed where that is known.
 *
 * @param {any} call
 */
export function messageOf({ message, diagnosis, template }) {
  const signed = diagnosis?.signed
  const isV2 = template?.startsWith('v2/')
  if (isV2 && !signed) return copyable(message || word('none'))
  const [ours, theirs] = isV2
    ? [pairsOf(message), pairsOf(signed)]
    : [byLine(message), signed && byLine(signed)]
  const names = [...new Set([...ours.keys(), ...(theirs?.keys() ?? [])])]
  const head = theirs && [
    h('span', { class: 'soft' }),
    h('span', { class: 'soft' }, word('computed')),
    h('span', { class: 'soft' }, word('signed')),
  ]
  const rows = names.map((name) => {
    const differs = theirs && ours.get(name) !== theirs.get(name)
    return h(
      'div',
      { class: `${theirs ? '' : 'one'} ${differs ? 'differs' : ''}` },
      h('span', { class: 'soft' }, isV2 ? name : word(name)),
      h('span', { class: 'mono', 'data-from': theirs && word('computed') }, visible(ours.get(name))),
      theirs && h('span', { class: 'mono', 'data-from': word('signed') }, visible(theirs.get(name))),
    )
  })
  return h(
    'div',
    {},
    h('div', { class: 'lines' }, head && h('div', { class: 'names' }, ...head), ...rows),
    // Where lines end, or in which order they come, the parts do not show.
    ['layout', 'signature'].includes(diagnosis?.part) && signed && copyable(JSON.stringify(signed)),
  )
}

/** @param {string} message */
const byLine = (message) => new Map(linesOf(message).map((line, at) => [LINES[at] ?? '', line]))

/** @param {string} [text] */
const visible = (text = '') => text.replaceAll('\r', '␍').replaceAll('\uFEFF', '␀BOM')
