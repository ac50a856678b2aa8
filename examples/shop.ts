/** The account that the recipes are called with: a client and what its orders have in common. */
import { Wechatpay } from '../lib/index.js'

// #region recipe
export interface Shop {
  readonly wxpay: Wechatpay
  readonly mchid: string
  readonly appid: string
  /** The URL that WeChat Pay notifies. */
  readonly notify_url: string
}

/**
 * The shop as the environment has it: keys are files that only this process may read, secrets come from a secret store.
 * Neither is in the code. `wechatpay-fluent emulator` prints the same variables.
 */
export function shopFromEnv(env: NodeJS.ProcessEnv = process.env): Shop {
  const read = (name: string): string => env[name] ?? fail(`The environment has no ${name}`)
  return {
    wxpay: Wechatpay.fromEnv(env),
    mchid: read('WXPAY_MCHID'),
    appid: read('WXPAY_APPID'),
    notify_url: read('WXPAY_NOTIFY_URL'),
  }
}

function fail(message: string): never {
  throw new Error(message)
}
// #endregion recipe
