import { validateHeaderName, validateHeaderValue } from 'node:http'
import { assertNames } from '../assert-names.js'
import { codeOf, Refusal, type RefusalDetail, statusOf } from '../routing/refusal.js'
import { createRuleList, type FaultHandle, type Listed, takeNewest } from './rule-list.js'

/**
 * A fault of a response beyond its content.
 *
 * - `forged-signature`: signed with a key that is not the platform's, under the platform's id
 * - `tampered`: genuinely signed, then changed by one byte
 * - `unsigned`: none of the five signature headers
 * - `stale`: signed ten minutes ago
 * - `skew`: signed ten minutes ahead, as by a gateway (or client) whose clock is wrong
 * - `unknown-serial`: signed by a key that no client knows
 * - `probe`: wrongly signed, and marked `WECHATPAY/SIGNTEST/`, as WeChat Pay does to see whether anybody checks
 * - `drop`: the connection is cut before a response; the request has been received, but is not carried out
 * - `torn`: the connection is cut in the middle of the body; the request has been carried out
 * - `{ delay }`: the response is late by this number of milliseconds
 */
export type Fault =
  | 'forged-signature'
  | 'tampered'
  | 'unsigned'
  | 'stale'
  | 'skew'
  | 'unknown-serial'
  | 'probe'
  | 'drop'
  | 'torn'
  | { readonly delay: number }

/** A scripted failure. With `status` or `code` the API says no; with `fault` the response itself is broken; or both. */
export interface FaultScript {
  /**
   * A path or template, with or without the leading slash and the prefix of an access point (`hk/`, `global/`); a
   * `{placeholder}` stands for any one segment, `*` for every path.
   */
  readonly path: string
  /** Any method when absent. */
  readonly method?: string
  /** The HTTP status of the response; a 3xx comes with a `Location`. */
  readonly status?: number
  /**
   * An error code such as `PARAM_ERROR`; the usual one of the status when absent. In APIv2 it makes a signed
   * `result_code` FAIL with this `err_code`; `FAIL`, or a status alone, makes an unsigned `return_code` FAIL.
   */
  readonly code?: string
  readonly message?: string
  readonly detail?: RefusalDetail
  /** Headers added to the response, such as `Retry-After` or `Location`. */
  readonly headers?: Readonly<Record<string, string>>
  /** The number of requests that fail; when absent all of them, until the script is cleared. */
  readonly times?: number
  /** The probability that a request fails, from 0 to 1; always when absent. The emulator's seed decides which fail. */
  readonly probability?: number
  readonly fault?: Fault
}

/** The failures in force. */
export interface Faults {
  /** Oldest first. */
  list(): readonly Listed<FaultScript>[]
  add(script: FaultScript): FaultHandle
  /**
   * The newest failure that concerns a request; this uses up one of its `times`.
   *
   * @param paths of the request: that on the wire, and its template where it is known already
   */
  take(method: string, paths: readonly string[]): FaultScript | undefined
  /** Ends the failure of an id, or all of them. */
  clear(id?: string): void
}

const FAULTS: ReadonlySet<unknown> = new Set([
  'forged-signature',
  'tampered',
  'unsigned',
  'stale',
  'skew',
  'unknown-serial',
  'probe',
  'drop',
  'torn',
])

const NAMES = [
  ...['path', 'method', 'status', 'code', 'message', 'detail', 'headers', 'times', 'probability', 'fault'],
]

function check(script: FaultScript): void {
  assertNames(script, NAMES, 'fail()')
  const { path, status, code, fault, times, headers = {}, probability = 1 } = script
  if (typeof path !== 'string' || !path) throw new TypeError('fail() needs a path, such as v3/certificates')
  if (status === undefined && code === undefined && fault === undefined) {
    throw new TypeError(`fail({ path: '${path}' }) needs a status, a code or a fault`)
  }
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw new TypeError(`fail(): status must be from 200 to 599, not ${String(status)}`)
  }
  assertTimes(times)
  if (!(probability > 0 && probability <= 1)) {
    throw new TypeError('fail(): probability must be above 0, and at most 1')
  }
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
  if (fault === undefined || FAULTS.has(fault)) return
  if (typeof fault === 'object' && fault?.delay >= 0) return
  throw new TypeError(
    `fail(): unknown fault ${JSON.stringify(fault)}; one of ${[...FAULTS].join(', ')}, { delay }`,
  )
}

/** Throws where a number of failures is none. */
export function assertTimes(times: number | undefined): void {
  if (times === undefined || (Number.isInteger(times) && times >= 1)) return
  throw new TypeError('fail(): times must be at least 1, and an integer')
}

const segmentsOf = (path: string): string[] =>
  path
    .replace(/^\//, '')
    .replace(/[?#].*$/, '')
    .split('/')

/** The first segments of paths on the wire that stand for an access point; templates do not have them. */
const PREFIXES: ReadonlySet<string> = new Set(['hk', 'global'])

/** Whether a path on the wire matches a pattern, as in {@link FaultScript.path}. */
export function matchesPath(pattern: string, path: string): boolean {
  if (pattern === '*') return true
  const wanted = segmentsOf(pattern)
  const segments = segmentsOf(path)
  return (
    matchesSegments(wanted, segments) ||
    (PREFIXES.has(segments[0] ?? '') && matchesSegments(wanted, segments.slice(1)))
  )
}

function matchesSegments(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false
  return pattern.every((part, index) => part === segments[index] || /^\{\w+\}$/.test(part))
}

/** @param random from 0 to 1 */
export function createFaults(random: () => number): Faults {
  const rules = createRuleList<FaultScript>('fault')
  return {
    ...rules,
    add(script) {
      check(script)
      return rules.add(script)
    },
    take(method, paths) {
      return takeNewest(rules, (script) => {
        if ((script.method ?? method).toUpperCase() !== method) return false
        if (!paths.some((path) => matchesPath(script.path, path))) return false
        return script.probability === undefined || random() < script.probability
      })
    },
  }
}

/** The API error that a script asks for, if it asks for one. */
export function scriptedRefusal(script: FaultScript): Refusal | undefined {
  if (script.status === undefined && script.code === undefined) return undefined
  const status = script.status ?? statusOf(script.code ?? '')
  const code = script.code ?? codeOf(status)
  return new Refusal(status, code, script.message ?? 'scripted by emulator.fail()', script.detail)
}
