import type { Variant } from './body-variants.js'

/** The texts that clients are known to sign in place of a URL. */
export function urlVariants(url: string, host: string): readonly Variant[] {
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  const query = at < 0 ? undefined : url.slice(at + 1)
  const decoded = decodeSafely(url)
  const absolute = ['the URL was signed with protocol and host', '签名的 URL 带上了协议和域名'] as const
  const reencoded = [
    'the URL was signed with other characters percent-encoded',
    '签名的 URL 与发送的 URL 百分号编码不同',
  ] as const
  const withQuery: readonly Variant[] =
    query === undefined
      ? []
      : [
          [path, 'the URL was signed without its query', '签名的 URL 缺少查询串'],
          ...orders(query.split('&')).map(
            (order): Variant => [
              `${path}?${order.join('&')}`,
              'the query was signed in another order than it was sent',
              '签名的查询参数顺序与发送的不同',
            ],
          ),
          [`${path}&${query}`, 'the query was signed with & in place of its ?', '签名的 URL 用 & 代替了 ?'],
          [`${path}?${query.replaceAll('%20', '+')}`, ...reencoded],
          [`${path}?${query.replaceAll('+', '%20')}`, ...reencoded],
        ]
  return [
    ...withQuery,
    ...quotes(url).map((other): Variant => [other, ...reencoded]),
    [decoded, 'the URL was signed before it was percent-encoded', '签名的 URL 未经百分号编码'],
    [encodeURI(decoded), ...reencoded],
    [url.replace(/%[0-9A-F]{2}/gi, (code) => code.toLowerCase()), ...reencoded],
    [url.replace(/%[0-9A-F]{2}/gi, (code) => code.toUpperCase()), ...reencoded],
    ...[`http://${host}`, `https://${host}`, 'https://api.mch.weixin.qq.com', host].map(
      (origin): Variant => [`${origin}${url}`, ...absolute],
    ),
    [url.slice(1), 'the URL was signed without its leading slash', '签名的 URL 缺少开头的 /'],
    [
      url.replace(/^\/[^/?]+/, ''),
      'the URL was signed without its first segment, such as /v3',
      '签名的 URL 缺少第一段路径（如 /v3）',
    ],
    [
      url.replace(path, path.endsWith('/') ? path.slice(0, -1) : `${path}/`),
      'the URL was signed with a slash more or less at its end',
      '签名的 URL 末尾多了或少了一个 /',
    ],
    [`${path}?`, 'the URL was signed with a ? that was not sent', '签名的 URL 多了一个 ?'],
  ]
}

/** The URL with the characters of which libraries differ on whether to encode them, in the one way and the other. */
function quotes(url: string): readonly string[] {
  const encode = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  return [
    url.replaceAll("'", '%27'),
    url.replaceAll('%27', "'"),
    url.replace(/[!'()*]/g, encode),
    url.replace(/%(21|27|28|29|2A)/gi, decodeURIComponent),
  ]
}

/** All orders of a short list; of a long one, the sorted and the reversed. */
function orders(list: readonly string[]): readonly (readonly string[])[] {
  if (list.length > 4) return [list.toSorted(), list.toReversed()]
  if (list.length < 2) return [list]
  return list.flatMap((one, at) => orders(list.toSpliced(at, 1)).map((rest) => [one, ...rest]))
}

function decodeSafely(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}
