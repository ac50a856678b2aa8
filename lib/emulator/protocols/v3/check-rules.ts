import { parameterError } from '../../routing/refusal.js'

/** The endpoints that take no other currency than CNY. https://pay.weixin.qq.com/doc/v3/merchant/4012791858 */
const CNY_ALONE = /^v3\/(pay\/(partner\/)?transactions\/|refund\/domestic\/|combine-transactions\/)/

/**
 * Checks what the documentation says of fields in words alone, and a schema therefore does not.
 *
 * @throws {Refusal} `PARAM_ERROR`, naming the field.
 */
export function assertRules(template: string, json: object | undefined): void {
  const { notify_url } = (json ?? {}) as { readonly notify_url?: unknown }
  if (typeof notify_url === 'string' && /[?#]/.test(notify_url)) {
    throw parameterError('/notify_url', '不能携带参数 (must have no query)', notify_url)
  }
  assertCurrencies(template, json, '')
}

function assertCurrencies(template: string, value: unknown, pointer: string): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, item] of Object.entries(value)) {
    const field = `${pointer}/${name}`
    if (name !== 'currency' || typeof item !== 'string') assertCurrencies(template, item, field)
    else if (!/^[A-Z]{3}$/.test(item)) throw parameterError(field, 'Currency code is invalid', item)
    else if (CNY_ALONE.test(template) && item !== 'CNY')
      throw parameterError(field, '仅支持CNY (is CNY here)', item)
  }
}
