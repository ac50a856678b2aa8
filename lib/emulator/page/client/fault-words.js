import { meaning } from './format.js'
import { inChosen, word } from './words.js'

/** Faults of responses. */
export const RESPONSE_FAULTS = [
  ...['forged-signature', 'tampered', 'unsigned', 'stale', 'skew', 'unknown-serial', 'probe', 'drop', 'torn'],
]

/** Faults of notifications. */
export const NOTIFICATION_FAULTS = [
  ...['forged-signature', 'tampered', 'unsigned', 'stale', 'skew', 'unknown-serial', 'probe'],
  ...['lost', 'duplicate', 'reorder'],
]

/** @param {string | { delay: number }} fault */
const faultWords = (fault) =>
  typeof fault === 'object' ? `${word('late_by')} ${fault.delay} ${word('ms')}` : meaning('fault', fault)

/** @param {(string | false)[]} parts */
const listed = (parts) => parts.filter(Boolean).join(inChosen('，', ', '))

/** How often something fails. @param {any} rule */
const often = ({ times, probability }) => [
  times !== undefined && `${times} ${word(times === 1 ? 'time_unit' : 'times_unit')}`,
  probability !== undefined && `${word('chance')} ${Math.round(probability * 100)}%`,
]

/** A fault of requests or of notifications in words. @param {any} fault */
export function faultSentence(fault) {
  const { notification, path, method, status, code, fault: kind } = fault
  const what = [
    ...(status === undefined && code === undefined ? [] : [['HTTP', status, code].filter(Boolean).join(' ')]),
    ...(kind === undefined ? [] : [faultWords(kind)]),
  ]
  const subject = notification
    ? notification === '*'
      ? word('all_notifications')
      : `${word('notification')} ${notification}`
    : path === '*'
      ? [method, word('all_requests')].filter(Boolean).join(' ')
      : [method, path].filter(Boolean).join(' ')
  return { subject, sentence: listed([...what, ...often(fault)]) }
}

/** A limit in words. @param {any} limit */
export function limitSentence({ path = '*', method, rate }) {
  const subject =
    path === '*' ? [method, word('all_requests')].filter(Boolean).join(' ') : `${method ?? ''} ${path}`
  return {
    subject: subject.trim(),
    sentence: inChosen(`每秒最多 ${rate} 次请求`, `at most ${rate} requests a second`),
  }
}
