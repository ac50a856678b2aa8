/** The account that the recipes are called with: a client and what its orders have in common. */
import { pathToFileURL } from 'node:url'
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
  const certs = read('WXPAY_CERTS').split(',') // id=file,id=file
  const wxpay = new Wechatpay({
    mchid: read('WXPAY_MCHID'),
    serial: read('WXPAY_SERIAL'),
    privateKey: pathToFileURL(read('WXPAY_PRIVATE_KEY')),
    certs: Object.fromEntries(
      certs.map((pair) => {
        const [id = '', file = ''] = pair.split('=')
        return [id, pathToFileURL(file)]
      }),
    ),
    apiv3Key: read('WXPAY_APIV3_KEY'),
    ...(env.WXPAY_BASE_URL && { baseURL: env.WXPAY_BASE_URL }),
  })
  return {
    wxpay,
    mchid: read('WXPAY_MCHID'),
    appid: read('SHOP_APPID'),
    notify_url: read('SHOP_NOTIFY_URL'),
  }
}

function fail(message: string): never {
  throw new Error(message)
}
// #endregion recipe
