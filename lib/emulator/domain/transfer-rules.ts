import { parameterError, Refusal } from '../routing/refusal.js'

/** The fen of the smallest transfer. https://pay.weixin.qq.com/doc/v3/merchant/4013778940 */
const SMALLEST = 10
/** The fen below which the name of a user cannot be checked. */
const NAMELESS = 30
/** The fen from which on the name of a user has to be given. https://pay.weixin.qq.com/doc/v3/merchant/4012716434 */
const NAMED = 200_000

/** Throws when an amount is too small to be transferred. */
export function checkTransferAmount(fen: number): void {
  if (fen >= SMALLEST) return
  throw new Refusal(400, 'INVALID_REQUEST', '超过单笔转账上下限，核实产品设置是否准确', {
    ...{ field: '/transfer_amount', value: fen, location: 'body' },
    issue: `is less than ${SMALLEST}`,
  })
}

/** Throws when the name of a user has to be given, or must not be. */
export function checkTransferName(fen: number, name: string | undefined, field = '/user_name'): void {
  if (fen >= NAMED && !name) throw parameterError(field, '转账金额大于等于2000元时，收款用户姓名必填')
  if (fen < NAMELESS && name) throw parameterError(field, '转账金额小于0.3元时，不允许填写收款用户姓名')
}
