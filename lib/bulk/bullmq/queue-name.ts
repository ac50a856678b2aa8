import { RequestError } from '../../errors.js'

/** One queue for each merchant and access point: its limit of calls is the merchant's, whatever the number of jobs. */
export function queueName(account: string, given?: string): string {
  if (given !== undefined && !/^[\w.-]{1,200}$/.test(given)) {
    throw new RequestError(`queue '${given}' must be letters, digits, '.', '-' and '_'`)
  }
  return given ?? `wxpay-bulk-${account.replace(/[^\w.]+/g, '-')}`
}
