/** Fields of an answer, in XML or JSON. */
type Answer = Readonly<Record<string, unknown>>

/** A business failure, in the API's words. */
export interface Failure {
  readonly code: string
  readonly reason: string | undefined
}

const SUCCESS = 'SUCCESS'

/** Codes of failures that come as a `return_msg` alone, as the pages list them. */
const CODES: readonly (readonly [sign: RegExp, code: string])[] = [
  [/签名/, 'SIGNERROR'],
  [/XML/i, 'XML_FORMAT_ERROR'],
  [/缺少参数/, 'LACK_PARAMS'],
  [/post数据为空/i, 'POST_DATA_EMPTY'],
  [/证书/, 'CERT_ERROR'],
]

/**
 * What an answer says went wrong; `undefined` when all is well. `return_code` tells whether the request was taken
 * in, `result_code` whether it was carried out.
 */
export function failureOf(answer: Answer): Failure | undefined {
  const { return_code, result_code } = answer
  if (isFailure(return_code) || isFailure(result_code)) return describe(answer)
  const retcode = first(answer, 'retcode')
  return retcode === undefined || retcode === '0' ? undefined : describe(answer)
}

/** Whether an answer says how it went at all. A page of a proxy's does not. */
export function hasOutcome({ return_code, retcode }: Answer): boolean {
  return return_code !== undefined || retcode !== undefined
}

const isFailure = (code: unknown): boolean => code !== undefined && code !== SUCCESS

function describe(answer: Answer): Failure {
  const message = first(answer, 'return_msg', 'retmsg', 'result_msg')
  const code = first(answer, 'err_code', 'error_code', 'retcode') ?? codeOf(message ?? '')
  const generic = message === 'OK' || message === code ? undefined : message
  return { code, reason: first(answer, 'err_code_des', 'error_code_des', 'result_msg') ?? generic }
}

function codeOf(message: string): string {
  if (/^[A-Z][A-Z_]{3,}$/.test(message)) return message
  return CODES.find(([sign]) => sign.test(message))?.[1] ?? 'FAIL'
}

/** The first of these fields that is filled, as text. */
function first(answer: Answer, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = answer[name]
    if (typeof value === 'number') return String(value)
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
