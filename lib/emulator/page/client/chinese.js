import { inChosen } from './words.js'

/** What the API and the emulator say in English, and the same in Chinese. @type {readonly (readonly [RegExp, string])[]} */
const SENTENCES = [
  [/^sign not match$/, '验签失败'],
  [/^no sign$/, '缺少 sign'],
  [/^no Authorization header$/, '请求头缺少 Authorization'],
  [/^the body is no flat XML message$/, '请求体不是单层 XML'],
  [/^Authorization must have each of (.+) once$/, 'Authorization 须有且仅有一次：$1'],
  [
    /^Authorization is not of the scheme (\S+): (\S+) is that of a merchant.*$/,
    '认证类型应为品牌的 $1，而不是商户的 $2',
  ],
  [
    /^Authorization is not of the scheme (\S+): (\S+) is that of a brand.*$/,
    '认证类型应为商户的 $1，而不是品牌的 $2',
  ],
  [/^Authorization is not of the scheme (\S+)$/, '认证类型应为 $1'],
  [/^timestamp (\S+) is not within (\d+) s of (\d+)$/, '时间戳 $1 与当前时间 $3 相差超过 $2 秒'],
  [/^(\S+) is (\S*), expected (\S+)$/, '$1 为 $2，应为 $3'],
  [/^.*: there is no paid order (\S+)$/, '没有已支付的订单 $1'],
  [/^.*: there is no order (\S+); place it first$/, '没有订单 $1，请先下单'],
  [/^.*: order (\S+) is part of (\S+); pay that$/, '订单 $1 属于合单 $2，请支付合单'],
  [/^.*: order (\S+) expired at (.+)$/, '订单 $1 已于 $2 过期'],
  [
    /^.*: what order (\S+) got at (.+) has expired;.*$/,
    '订单 $1 于 $2 得到的支付凭证已过期，请用相同参数重新下单',
  ],
  [/^.*: order (\S+) is (\S+); only .+ can be paid$/, '订单 $1 的状态为 $2，不能支付'],
  [/^.*: (?:service order|transfer|refund) (\S+) is (\S+) already$/, '$1 的状态已是 $2'],
  [/^there is no notification (\S+), .*$/, '没有通知 $1，或已不再保留'],
  [
    /^no notification was sent to (\S+): (\S+) is not on this machine.*$/,
    '未向 $1 发送：$2 不在本机，可用 --allow-notify $2 允许',
  ],
  [/^no notification was sent to (\S+): it is no http.*$/, '未发送：$1 不是 http(s) 地址'],
  [/^(\S+) is not on this machine; .*$/, '$1 不在本机，可用 --allow-notify $1 允许'],
  [/^it is no http\(s\) URL$/, '不是 http(s) 地址'],
  [/^notification to (\S+) failed: (?:connect )?ECONNREFUSED.*$/, '无法连接 $1：连接被拒绝'],
  [/^notification to (\S+) failed: no answer in (\d+) ms$/, '$1 在 $2 毫秒内没有应答'],
  [/^notification to (\S+) failed: the emulator was closed$/, '模拟器已关闭，未送达 $1'],
  [/^notification to (\S+) failed: (.+)$/, '未送达 $1：$2'],
  [/^lost, as scripted.*$/, '按故障设置丢弃'],
  [/^clock\(\): (\S+) is no time.*$/, '$1 不是时间'],
  [/^fail\(\{.*needs a status, a code or a fault$/, '请填写状态码、错误码或应答故障'],
  [/^fail\(\): (\w+) must be .*$/, '$1 的值超出范围'],
  [/^(?:Unexpected|Expected|Bad) .*JSON.*$/, '内容不是合法的 JSON'],
  [/^Failed to fetch$/, '无法连接模拟器'],
]

/** Parts of findings on a field. @type {readonly (readonly [RegExp, string])[]} */
const PHRASES = [
  // The name of a field in both languages.
  [/ · [A-Za-z][^()（）]*(?=[)）])/, ''],
  [/ is required: a part with the file$/, ' 必填：含文件的部分'],
  [/ is required$/, ' 必填'],
  [/ is empty$/, ' 不能为空'],
  [/ must be a text$/, ' 须为文本'],
  [/ must be (?:分 \(fen\), )?a whole number$/, ' 须为整数'],
  [/ must be the currency's smallest unit, a whole number$/, ' 须为整数，以最小货币单位计'],
  [/ must be a number$/, ' 须为数字'],
  [/ must be true or false$/, ' 须为 true 或 false'],
  [/ must be an object$/, ' 须为对象'],
  [/ must be a list$/, ' 须为数组'],
  [/ must be a time such as (.+)$/, ' 须为时间，例如 $1'],
  [/ must be an http\(s\) URL$/, ' 须为 http(s) 地址'],
  [/ must be at least (\d+).*$/, ' 不能小于 $1'],
  [/ must be at most (\d+).*$/, ' 不能大于 $1'],
  [/ must have at least (\d+) characters$/, ' 不能少于 $1 个字符'],
  [/ must have at most (\d+) characters$/, ' 不能多于 $1 个字符'],
  [/ must have at most (\d+) items$/, ' 不能多于 $1 项'],
  [/ must match (.+)$/, ' 须符合 $1'],
  [/ must be equal to one of the allowed values$/, ' 不在允许的取值之内'],
  [/ needs one of (.+)$/, ' 须有其一：$1'],
  [/ or out_trade_no is required$/, ' 与 out_trade_no 必填其一'],
  [/ is not valid percent-encoding$/, ' 不是合法的百分号编码'],
  [/ Currency code is invalid$/, ' 币种代码无效'],
  [/ \((?:unknown field|must have no query|is CNY here|not valid UTF-8)\)/, ''],
  [/; did you mean '(.+)'\?$/, '，是否应为 $1？'],
]

/** @param {string} text */
function translated(text) {
  const [pattern, chinese] = SENTENCES.find(([known]) => known.test(text)) ?? []
  if (pattern && chinese !== undefined) return text.replace(pattern, chinese)
  return PHRASES.reduce((said, [phrase, inChinese]) => said.replace(phrase, inChinese), text)
}

/** A message of the emulator in the chosen language, as far as it is known. @param {string} [text] */
export const said = (text = '') => inChosen(translated(text), text)
