/** The `detail` of an error: which field, where it stands, what is wrong with it. */
export interface RefusalDetail {
  readonly [key: string]: unknown
}

/** The API's refusal of a request. Handlers throw it; their protocol makes it a signed response. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  readonly detail: RefusalDetail | undefined

  constructor(status: number, code: string, message: string, detail?: RefusalDetail) {
    super(message)
    this.status = status
    this.code = code
    this.detail = detail
  }

  /** The error body: `{ code, message, detail }`. */
  get body(): { code: string; message: string; detail?: RefusalDetail } {
    const { code, message, detail } = this
    return detail ? { code, message, detail } : { code, message }
  }
}

/**
 * 400 `PARAM_ERROR`, naming the field: of a body by its JSON pointer, of a URL by its name.
 * https://pay.weixin.qq.com/wiki/doc/apiv3/wechatpay/wechatpay2_0.shtml
 *
 * @param pointer a JSON pointer such as `/amount/total`, `/mchid`
 * @param name of the field in the documentation
 */
export function parameterError(
  pointer: string,
  issue: string,
  value: unknown = '',
  location: 'body' | 'query' | 'uri_template' | 'header' = 'body',
  name?: string,
): Refusal {
  const message = `参数错误: 输入源“/${location}${pointer}”${name ? `（${name}）` : ''} ${issue}`
  const isOfUrl = location === 'query' || location === 'uri_template'
  const field = isOfUrl ? pointer.slice(1) : pointer
  return new Refusal(400, 'PARAM_ERROR', message, { field, issue, value, location })
}

const CODES: Readonly<Record<number, string>> = {
  400: 'PARAM_ERROR',
  401: 'SIGN_ERROR',
  403: 'NO_AUTH',
  404: 'RESOURCE_NOT_EXISTS',
  429: 'FREQUENCY_LIMITED',
}
const STATUSES: Readonly<Record<string, number>> = {
  SIGN_ERROR: 401,
  NO_AUTH: 403,
  RULE_LIMIT: 403,
  NOT_ENOUGH: 403,
  OUT_TRADE_NO_USED: 403,
  ORDER_NOT_EXIST: 404,
  RESOURCE_NOT_EXISTS: 404,
  FREQUENCY_LIMITED: 429,
  RATELIMIT_EXCEEDED: 429,
  SYSTEM_ERROR: 500,
  BANK_ERROR: 500,
}

/** The code that usually goes with a status. */
export function codeOf(status: number): string {
  return CODES[status] ?? (status >= 500 ? 'SYSTEM_ERROR' : 'INVALID_REQUEST')
}

/** The status that usually goes with a code. */
export function statusOf(code: string): number {
  return STATUSES[code] ?? 400
}
