import { Refusal } from '../routing/refusal.js'

/** The refusal of a merchant's number that stands for something else already. */
export function usedBefore(
  field: string,
  value: string,
  { status = 400, code = 'INVALID_REQUEST' }: { readonly status?: number; readonly code?: string } = {},
): Refusal {
  return new Refusal(status, code, `${field}已使用，且参数与原请求不一致`, {
    ...{ field: `/${field}`, value, location: 'body' },
    issue: 'was used before with another body',
  })
}
