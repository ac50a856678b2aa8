import { assertNames } from '../assert-names.js'
import type { SignedNotification } from './deliver.js'
import { assertTimes, type FaultScript } from './faults.js'
import { createRuleList, type FaultHandle, type Listed, takeNewest } from './rule-list.js'

/**
 * A fault of a notification that the emulator sends by itself.
 *
 * - `forged-signature`: signed by nobody
 * - `tampered`: genuinely signed, then changed
 * - `unsigned`: without a signature
 * - `stale`, `skew`: signed ten minutes ago, or ahead; not in v2, which signs no time
 * - `unknown-serial`: under the id of a key that no client knows; not in v2
 * - `probe`: wrongly signed, and marked `WECHATPAY/SIGNTEST/`; not in v2
 * - `lost`: does not arrive, and is sent again on the documented schedule
 * - `duplicate`: arrives twice at once
 * - `reorder`: is kept back until the next notification has arrived, or until `recover()`
 * - `{ delay }`: is late by this number of milliseconds
 */
export type NotificationFault =
  | 'forged-signature'
  | 'tampered'
  | 'unsigned'
  | 'stale'
  | 'skew'
  | 'unknown-serial'
  | 'probe'
  | 'lost'
  | 'duplicate'
  | 'reorder'
  | { readonly delay: number }

/** A scripted failure of notifications. Each attempt to deliver one counts. */
export interface NotificationScript {
  /** An event type such as `TRANSACTION.SUCCESS`; `*` for all of them. */
  readonly notification: string
  readonly fault: NotificationFault
  /** The number of attempts that fail; when absent all of them, until the script is cleared. */
  readonly times?: number
}

/** The scripted failures of notifications. */
export interface NotificationFaults {
  /** Oldest first. */
  list(): readonly Listed<NotificationScript>[]
  add(script: NotificationScript): FaultHandle
  /** The newest fault that is in force for an event type; this uses up one of its `times`. */
  take(eventType: string): NotificationFault | undefined
  /** Ends the failure of an id, or all of them. */
  clear(id?: string): void
}

const FAULTS: readonly unknown[] = [
  ...['forged-signature', 'tampered', 'unsigned', 'stale', 'skew', 'unknown-serial', 'probe'],
  ...['lost', 'duplicate', 'reorder'],
]

/** Whether a script is of notifications, and not of requests. */
export function isNotificationScript(script: FaultScript | NotificationScript): script is NotificationScript {
  return typeof script === 'object' && script !== null && 'notification' in script
}

function check(script: NotificationScript): void {
  assertNames(script, ['notification', 'fault', 'times'], 'fail() of notifications')
  const { notification, fault, times } = script
  if (typeof notification !== 'string' || !notification) {
    throw new TypeError('fail() needs an event type, such as TRANSACTION.SUCCESS, or *')
  }
  assertTimes(times)
  if (FAULTS.includes(fault) || (typeof fault === 'object' && fault?.delay >= 0)) return
  throw new TypeError(
    `fail(): unknown fault of a notification ${JSON.stringify(fault)}; one of ${FAULTS.join(', ')}, { delay }`,
  )
}

export function createNotificationFaults(): NotificationFaults {
  const rules = createRuleList<NotificationScript>('notification-fault')
  return {
    ...rules,
    add(script) {
      check(script)
      return rules.add(script)
    },
    take: (eventType) =>
      takeNewest(rules, ({ notification }) => [eventType, '*'].includes(notification))?.fault,
  }
}

const CLOCK_ERROR_SECONDS = 600

/** The time by which the signature of a faulty notification is wrong, in seconds. */
export function clockErrorOf(fault: NotificationFault | undefined): number {
  return fault === 'stale' ? -CLOCK_ERROR_SECONDS : fault === 'skew' ? CLOCK_ERROR_SECONDS : 0
}

/** A notification whose signature a fault has broken; any other is as it was. */
export function breakNotification(
  notification: SignedNotification,
  fault: NotificationFault | undefined,
): SignedNotification {
  const isXml = notification.body.startsWith('<')
  return isXml ? breakXml(notification, fault) : breakHeaders(notification, fault)
}

function breakHeaders(
  { headers, body }: SignedNotification,
  fault: NotificationFault | undefined,
): SignedNotification {
  const signature = headers['Wechatpay-Signature'] ?? ''
  switch (fault) {
    case 'forged-signature':
      return { headers: { ...headers, 'Wechatpay-Signature': reversed(signature) }, body }
    case 'probe':
      return { headers: { ...headers, 'Wechatpay-Signature': `WECHATPAY/SIGNTEST/${signature}` }, body }
    case 'unknown-serial':
      return { headers: { ...headers, 'Wechatpay-Serial': '5'.repeat(40) }, body }
    case 'tampered':
      return { headers, body: `${body} ` }
    case 'unsigned':
      return {
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !/^wechatpay-/i.test(name))),
        body,
      }
    default:
      return { headers, body }
  }
}

function breakXml(
  { headers, body }: SignedNotification,
  fault: NotificationFault | undefined,
): SignedNotification {
  const sign = /(<sign>(?:<!\[CDATA\[)?)(\w+)/
  switch (fault) {
    case 'forged-signature':
      return { headers, body: body.replace(sign, (_, tag, value) => `${tag}${reversed(value)}`) }
    case 'tampered':
      return { headers, body: body.replace(/(<nonce_str>(?:<!\[CDATA\[)?)\w/, '$1_') }
    case 'unsigned':
      return { headers, body: body.replace(/<sign>.*?<\/sign>/, '') }
    default:
      return { headers, body }
  }
}

/** A signature that is none, in the alphabet of the one it was. */
function reversed(signature: string): string {
  const padding = /=*$/.exec(signature)?.[0] ?? ''
  return [...signature.slice(0, signature.length - padding.length)].reverse().join('') + padding
}
