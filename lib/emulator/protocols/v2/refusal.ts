import { Refusal } from '../../routing/refusal.js'

/** The refusal of a v2 request that was understood: `result_code` FAIL, signed like any response. */
export class BusinessFailure extends Error {
  override readonly name = 'BusinessFailure'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The refusal of a v2 request that was not even accepted: `return_code` FAIL, without a signature. */
export class ReturnFailure extends Error {
  override readonly name = 'ReturnFailure'
}

/** The codes of v2 by those of v3; most are the same without underscores. */
const CODES: Readonly<Record<string, string>> = {
  ORDER_CLOSED: 'ORDERCLOSED',
  ORDER_PAID: 'ORDERPAID',
  ORDER_NOT_EXIST: 'ORDERNOTEXIST',
  RESOURCE_NOT_EXISTS: 'ORDERNOTEXIST',
  SIGN_ERROR: 'SIGNERROR',
  SYSTEM_ERROR: 'SYSTEMERROR',
}

/** Runs what v2 has in common with v3; a refusal of it becomes one with a code of v2. */
export function withV2Codes<Result>(run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new BusinessFailure(CODES[error.code] ?? error.code, error.message)
  }
}
