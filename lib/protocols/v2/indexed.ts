/**
 * The values of fields with a running index in their name, each at its index; what is missing in between is `''`.
 *
 * @example
 * ```ts
 * indexed(data, 'coupon_id_$n') // ['10000', '10001'] of coupon_id_0, coupon_id_1
 * indexed(data, 'coupon_refund_id_$n_$m') // [['…'], [], ['…', '…']] of coupon_refund_id_0_0, …_2_0, …_2_1
 * ```
 */
export function indexed(answer: object, field: `${string}$n_$m`): string[][]
export function indexed(answer: object, field: `${string}$n`): string[]
export function indexed(answer: object, field: string): string[] | string[][] {
  const stem = field.replace(/\$n(_\$m)?$/, '')
  const nested = field.endsWith('_$m')
  const lists: string[][] = []
  for (const [name, value] of Object.entries(answer)) {
    const found = name.startsWith(stem) ? /^(\d{1,4})(?:_(\d{1,4}))?$/.exec(name.slice(stem.length)) : null
    if (!found || (found[2] !== undefined) !== nested) continue
    const [n, m] = nested ? [Number(found[1]), Number(found[2])] : [0, Number(found[1])]
    fillTo(lists, n, () => [])
    const list = lists[n] as string[]
    fillTo(list, m, () => '')
    list[m] = String(value)
  }
  return nested ? lists : (lists[0] ?? [])
}

function fillTo<Item>(list: Item[], index: number, make: () => Item): void {
  while (list.length <= index) list.push(make())
}
