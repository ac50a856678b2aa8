import { Refusal } from '../../routing/refusal.js'

/** A v2 request that is understood and refused: `result_code` FAIL, signed like any answer. */
export class BusinessFailure extends Error {
  override readonly name = 'BusinessFailure'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A v2 request that is not taken in: `return_code` FAIL, which nobody signs. */
export class ReturnFailure extends Error {
  override readonly name = 'ReturnFailure'
}

/** v2 has its own spelling of codes, mostly without underscores. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ORDER_CLOSED: 'ORDERCLOSED',
  ORDER_PAID: 'ORDERPAID',
  ORDER_NOT_EXIST: 'ORDERNOTEXIST',
  RESOURCE_NOT_EXISTS: 'ORDERNOTEXIST',
  SIGN_ERROR: 'SIGNERROR',
  SYSTEM_ERROR: 'SYSTEMERROR',
}

/** Carries out what v3 has in common with v2; what it refuses is refused in v2's words. */
export function inV2Words<Result>(carryOut: () => Result): Result {
  try {
    return carryOut()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new BusinessFailure(SPELLINGS[error.code] ?? error.code, error.message)
  }
}
