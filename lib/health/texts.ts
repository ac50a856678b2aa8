import { printable, withoutKeys } from '../printable.js'
import type { Fact, Finding, FindingCode } from './finding.js'

/** An id that says whose it is, as `describeId` makes it; anything else as it is. */
const inChinese = (value: string): string =>
  value.replace(/^(merchant|brand) (?=\d+$)/, (_, kind) => (kind === 'brand' ? '品牌 ' : '商户 '))

/** What was found and, for what is wrong, what to do about it. `{name}` is a value of the finding. */
type Texts = readonly [found: string, fix?: string]

/** The words of a fact, with the values that they are made with. */
export function toFinding({ check, state, code, values }: Fact, language: 'en' | 'zh'): Finding {
  const shown = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'string' ? withoutKeys(printable(value)) : value,
  ])
  const safe: Readonly<Record<string, string | number>> = Object.fromEntries(shown)
  const word = (value: string): string => (language === 'zh' ? inChinese(value) : value)
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => word(String(safe[name])))
  const [found, fix] = (language === 'zh' ? CHINESE : ENGLISH)[code]
  return Object.freeze({
    ...{ check, state, code, found: fill(found) },
    ...(fix !== undefined && { fix: fill(fix) }),
    ...(shown.length > 0 && { values: Object.freeze(safe) }),
  })
}

const ENGLISH: Readonly<Record<FindingCode, Texts>> = {
  ID_GIVEN: ['{id}'],
  SERIAL_GIVEN: ['{serial}'],
  PRIVATE_KEY_LOADED: ['RSA, {bits} bits'],
  SM2_KEY_LOADED: ['SM2'],
  PUBLIC_KEY_LOADED: ['{id}: a public key'],
  CERTIFICATE_IN_FORCE: ['{id}: a certificate, valid for {days} more days'],
  CERTIFICATE_FITS: ['it belongs to these options, and is valid for {days} more days'],
  CLIENT_CERTIFICATE_LOADED: ['loads, and its key fits'],
  LENGTH_RIGHT: ['32 bytes'],
  HOST_REACHED: ['{host} answers, in {ms} ms'],
  CLOCK_RIGHT: ['{seconds} s from the server’s'],
  SIGNATURE_ACCEPTED: ['accepted'],
  ANSWER_VERIFIED: ['verified'],
  DECRYPTED: ['apiv3Key decrypts the platform certificates: {count}'],
  V2_SIGNATURE_ACCEPTED: ['accepted, and the answer is signed with the same secret'],

  APIV3_KEY_ABSENT: ['not given; needed for notifications and platform certificates'],
  BRAND_API_KEY_ABSENT: ['not given; needed for notifications'],
  SECRET_ABSENT: ['not given; needed for APIv2'],
  CLIENT_CERTIFICATE_ABSENT: ['not given; needed for some of APIv2, such as refunds'],
  CERTIFICATE_EXPIRES_SOON: [
    '{id}: valid for only {days} more days',
    'get the new one, and set it before this one ends: 商户平台 → 账户中心 → API安全',
  ],
  CERTIFICATE_FOR_LATER: ['{id}: not valid before {date}; the other keys are used until then'],
  HOST_OPTIONAL: ['{host} cannot be reached ({reason}); it is not needed'],
  CLOCK_UNTOLD: ['the server does not tell its time'],
  NOT_TRIED: ['not tried: mend first what is wrong'],
  NOTHING_TO_DECRYPT: [
    'this merchant has no platform certificate that would show whether apiv3Key is right; a notification does',
  ],
  V2_SIGNATURE_UNTOLD: ['the answer does not tell whether the secret is right: {reason}'],
  NOTIFICATION_NEEDED: ['keys that only receive are proven by a notification alone'],
  RATE_LIMITED: ['asked too often ({reason})', 'check less often'],

  OPTIONS_INVALID: ['{reason}', 'mend this option; they are described at new Wechatpay()'],
  MCHID_MISSING: ['missing', 'give the merchant number: mchid, WXPAY_MCHID; 商户平台 → 账户中心 → 商户信息'],
  MCHID_INVALID: ['a merchant number is 8 to 10 digits', 'take it from 商户平台 → 账户中心 → 商户信息'],
  MCHID_UNKNOWN: [
    '{mchid} is refused: {reason}',
    'give mchid, WXPAY_MCHID, of the merchant that secret belongs to',
  ],
  ID_OF_ANOTHER: [
    'refused: {reason}',
    '{id} is not the owner of certificate {serial}: give the mchid (WXPAY_MCHID) or brandId that it was issued to',
  ],
  BRAND_ID_INVALID: ['a brand id is of digits', 'take brandId, WXPAY_BRAND_ID, from the brand’s platform'],
  SERIAL_MISSING: ['missing', 'take it from: openssl x509 -in apiclient_cert.pem -noout -serial'],
  SERIAL_INVALID: ['{reason}', 'take it from: openssl x509 -in apiclient_cert.pem -noout -serial'],
  SERIAL_UNKNOWN: [
    'refused: {reason}',
    '{serial} is no API certificate of {id}, or is no longer valid: openssl x509 -in apiclient_cert.pem -noout -serial',
  ],
  PRIVATE_KEY_MISSING: ['missing', 'give apiclient_key.pem: privateKey, WXPAY_PRIVATE_KEY'],
  PRIVATE_KEY_INVALID: ['{reason}', 'give apiclient_key.pem: privateKey, WXPAY_PRIVATE_KEY'],
  PRIVATE_KEY_SHORT: ['only {bits} bits', 'WeChat Pay’s keys have 2048: give apiclient_key.pem'],
  PRIVATE_KEY_OF_ANOTHER: [
    'refused: {reason}',
    'the private key is not that of certificate {serial}: give the apiclient_key.pem that came with it',
  ],
  CERTS_MISSING: [
    'missing: no answer could be verified',
    'give the WeChat Pay public key (certs, WXPAY_CERTS), or apiv3Key (WXPAY_APIV3_KEY) to have certificates downloaded',
  ],
  CERTS_INVALID: ['{reason}', 'download pub_key.pem again: 商户平台 → 账户中心 → API安全 → 微信支付公钥'],
  CERTS_OWN: [
    '{id}: that is your own certificate or key, not one of WeChat Pay',
    'give pub_key.pem, under its id: 商户平台 → 账户中心 → API安全 → 微信支付公钥',
  ],
  CERTS_MISLABELLED: ['{id}: this certificate has the serial number {serial}', 'list it under {serial}'],
  CERTS_EXPIRED: ['{id}: expired on {date}', 'take it out, and list the one in force'],
  CERTS_NOT_YET_VALID: [
    '{id}: not valid before {date}',
    'list the certificate in force as well; where that date is past, set the clock',
  ],
  CERTS_ID_WRONG: [
    '{id} is not the id of this merchant’s public key: {reason}',
    'list the key under the id beside it: 商户平台 → 账户中心 → API安全 → 微信支付公钥',
  ],
  CERTS_LACK_KEY: [
    'the answer is signed with {serial}, and certs has {known}',
    'add the key {serial} to certs: 商户平台 → 账户中心 → API安全',
  ],
  CERTS_KEY_WRONG: [
    'the answer does not verify with the key that is listed as {serial}',
    'that is the id of another key, or something on the way changes answers: download pub_key.pem of this merchant again',
  ],
  CERTS_NEEDED: [
    'this merchant has no platform certificates to download: {reason}',
    'give pub_key.pem as certs, WXPAY_CERTS: 商户平台 → 账户中心 → API安全 → 微信支付公钥',
  ],
  SECRET_LENGTH_WRONG: ['{bytes} bytes', 'it has 32: set it anew, 商户平台 → 账户中心 → API安全'],
  APIV3_KEY_WRONG: [
    'apiv3Key does not decrypt the platform certificates',
    'set it anew, 商户平台 → 账户中心 → API安全 → APIv3密钥, and use it everywhere',
  ],
  SECRET_WRONG: [
    'refused: {reason}',
    'secret is not the APIv2 key of {mchid}: set it anew, 商户平台 → 账户中心 → API安全 → APIv2密钥, and use it everywhere',
  ],
  CERTIFICATE_INVALID: ['{reason}', 'give apiclient_cert.pem as PEM'],
  CERTIFICATE_EXPIRED: ['expired {days} days ago', 'apply for a new one: 商户平台 → 账户中心 → API安全'],
  CERTIFICATE_NOT_YET_VALID: ['not valid before {date}', 'set the clock: timedatectl set-ntp true'],
  CERTIFICATE_OF_ANOTHER_MCHID: [
    'the certificate is that of {owner}',
    'give mchid {owner}, or the certificate of {mchid}',
  ],
  CERTIFICATE_OF_ANOTHER_SERIAL: ['the certificate’s serial number is {actual}', 'give serial {actual}'],
  CERTIFICATE_OF_ANOTHER_KEY: [
    'the private key is that of another certificate',
    'give the key that came with this certificate',
  ],
  CERTIFICATE_OF_ANOTHER: [
    '{names} are not of this certificate, which is {actual} of {owner}',
    'give the certificate that {names} belong to',
  ],
  CLIENT_CERTIFICATE_INVALID: ['{reason}', 'give apiclient_cert.pem and its key: WXPAY_MERCHANT_CERT'],
  HOST_UNKNOWN: [
    'the name {host} is not resolved ({reason})',
    'let this machine resolve it: DNS, /etc/resolv.conf, baseURL',
  ],
  HOST_UNREACHABLE: [
    '{host} cannot be reached ({reason})',
    'let this machine connect to it: firewall, egress rules, HTTPS_PROXY, baseURL',
  ],
  PROXY_FAILED: [
    'the proxy does not let {host} through ({reason})',
    'correct the proxy (option proxy, HTTPS_PROXY), or name the host in NO_PROXY',
  ],
  TLS_UNTRUSTED: [
    'nobody vouches for the certificate that {host} shows ({reason})',
    'trust the authority of this host: ca, NODE_EXTRA_CA_CERTS',
  ],
  NOT_WECHATPAY: [
    'what answers is not WeChat Pay: {reason}',
    'correct baseURL, or leave it out; look for a proxy or a gateway that answers in its place',
  ],
  CLOCK_AHEAD: ['{seconds} s ahead of the server’s', 'synchronise it: timedatectl set-ntp true'],
  CLOCK_BEHIND: ['{seconds} s behind the server’s', 'synchronise it: timedatectl set-ntp true'],
  CLOCK_WRONG: ['refused as wrong: {reason}', 'synchronise it: timedatectl set-ntp true'],
  SIGNATURE_REFUSED: ['refused: {reason}', 'id, serial and privateKey must be of one certificate'],
  PERMISSION_DENIED: [
    'the signature is right, and the API denies permission: {reason}',
    'open the product or interface for {id}, and allow this machine’s address: 商户平台 → 产品中心',
  ],
  ANSWER_INVALID: [
    'the answer is not to be trusted: {reason}',
    'look for a proxy that changes answers, and try again',
  ],
  API_REFUSED: ['the API says no: {reason}', 'see what it says'],
  API_UNAVAILABLE: ['the API fails: {reason}', 'try again; nothing here is wrong'],
  NO_ANSWER: ['{reason}', 'try again; where it stays so, look at firewall, proxy and timeout'],
}

const CHINESE: Readonly<Record<FindingCode, Texts>> = {
  ID_GIVEN: ['{id}'],
  SERIAL_GIVEN: ['{serial}'],
  PRIVATE_KEY_LOADED: ['RSA，{bits} 位'],
  SM2_KEY_LOADED: ['国密 SM2'],
  PUBLIC_KEY_LOADED: ['{id}：公钥'],
  CERTIFICATE_IN_FORCE: ['{id}：证书，剩余有效期 {days} 天'],
  CERTIFICATE_FITS: ['与配置相符，剩余有效期 {days} 天'],
  CLIENT_CERTIFICATE_LOADED: ['可以加载，与私钥配对'],
  LENGTH_RIGHT: ['32 字节'],
  HOST_REACHED: ['{host} 有响应，{ms} 毫秒'],
  CLOCK_RIGHT: ['与服务器相差 {seconds} 秒'],
  SIGNATURE_ACCEPTED: ['接口已接受'],
  ANSWER_VERIFIED: ['验签通过'],
  DECRYPTED: ['apiv3Key 解密了 {count} 张平台证书'],
  V2_SIGNATURE_ACCEPTED: ['接口已接受，应答也由同一密钥签名'],

  APIV3_KEY_ABSENT: ['未配置；解密回调通知和平台证书时需要'],
  BRAND_API_KEY_ABSENT: ['未配置；解密回调通知时需要'],
  SECRET_ABSENT: ['未配置；APIv2 需要'],
  CLIENT_CERTIFICATE_ABSENT: ['未配置；APIv2 的部分接口（如退款）需要'],
  CERTIFICATE_EXPIRES_SOON: [
    '{id}：剩余有效期仅 {days} 天',
    '在到期前更换新证书：商户平台 → 账户中心 → API安全',
  ],
  CERTIFICATE_FOR_LATER: ['{id}：{date} 起才有效，在此之前使用其他密钥'],
  HOST_OPTIONAL: ['无法连接 {host}（{reason}），但它不是必需的'],
  CLOCK_UNTOLD: ['服务器没有给出时间'],
  NOT_TRIED: ['未检查：请先解决上面的问题'],
  NOTHING_TO_DECRYPT: ['该商户没有平台证书，无法验证 apiv3Key 是否正确；收到回调通知时才能确认'],
  V2_SIGNATURE_UNTOLD: ['从应答看不出密钥是否正确：{reason}'],
  NOTIFICATION_NEEDED: ['只接收回调的密钥，要收到一条通知才能确认'],
  RATE_LIMITED: ['请求过于频繁（{reason}）', '降低检查的频率'],

  OPTIONS_INVALID: ['{reason}', '改正该选项，说明见 new Wechatpay()'],
  MCHID_MISSING: ['未配置', '填写商户号：mchid、WXPAY_MCHID；见商户平台 → 账户中心 → 商户信息'],
  MCHID_INVALID: ['商户号应为 8 到 10 位数字', '见商户平台 → 账户中心 → 商户信息'],
  MCHID_UNKNOWN: ['{mchid} 被拒绝：{reason}', '请把 mchid（WXPAY_MCHID）改为 secret 所属的商户号'],
  ID_OF_ANOTHER: [
    '被拒绝：{reason}',
    '证书 {serial} 不属于 {id}：请改用该证书所属的 mchid（WXPAY_MCHID）或 brandId',
  ],
  BRAND_ID_INVALID: ['品牌 ID 应为数字', '从品牌经营平台获取 brandId（WXPAY_BRAND_ID）'],
  SERIAL_MISSING: ['未配置', '用此命令查看：openssl x509 -in apiclient_cert.pem -noout -serial'],
  SERIAL_INVALID: ['{reason}', '用此命令查看：openssl x509 -in apiclient_cert.pem -noout -serial'],
  SERIAL_UNKNOWN: [
    '被拒绝：{reason}',
    '{serial} 不是{id} 的 API 证书，或已失效：openssl x509 -in apiclient_cert.pem -noout -serial',
  ],
  PRIVATE_KEY_MISSING: ['未配置', '提供 apiclient_key.pem：privateKey、WXPAY_PRIVATE_KEY'],
  PRIVATE_KEY_INVALID: ['{reason}', '提供 apiclient_key.pem：privateKey、WXPAY_PRIVATE_KEY'],
  PRIVATE_KEY_SHORT: ['只有 {bits} 位', '微信支付使用 2048 位密钥：请提供 apiclient_key.pem'],
  PRIVATE_KEY_OF_ANOTHER: [
    '被拒绝：{reason}',
    '私钥与证书 {serial} 不配对：请提供与该证书一同下载的 apiclient_key.pem',
  ],
  CERTS_MISSING: [
    '未配置，无法验证应答',
    '提供微信支付公钥（certs、WXPAY_CERTS），或提供 apiv3Key（WXPAY_APIV3_KEY）以便下载平台证书',
  ],
  CERTS_INVALID: ['{reason}', '重新下载 pub_key.pem：商户平台 → 账户中心 → API安全 → 微信支付公钥'],
  CERTS_OWN: [
    '{id}：这是您自己的证书或密钥，不是微信支付的',
    '提供 pub_key.pem，并以公钥 ID 为名：商户平台 → 账户中心 → API安全 → 微信支付公钥',
  ],
  CERTS_MISLABELLED: ['{id}：该证书的序列号是 {serial}', '改以 {serial} 为名'],
  CERTS_EXPIRED: ['{id}：已于 {date} 过期', '将其移除，换成有效的证书'],
  CERTS_NOT_YET_VALID: ['{id}：{date} 起才有效', '补上当前有效的证书；如果该时间已过，请校准时钟'],
  CERTS_ID_WRONG: [
    '{id} 不是该商户的公钥 ID：{reason}',
    '改用与公钥一同显示的 ID：商户平台 → 账户中心 → API安全 → 微信支付公钥',
  ],
  CERTS_LACK_KEY: [
    '应答由 {serial} 签名，而 certs 中只有 {known}',
    '在 certs 中加入 {serial}：商户平台 → 账户中心 → API安全',
  ],
  CERTS_KEY_WRONG: [
    '用名为 {serial} 的密钥验签，应答不通过',
    '该 ID 对应的不是这把密钥，或途中有人改动了应答：请重新下载该商户的 pub_key.pem',
  ],
  CERTS_NEEDED: [
    '该商户没有可下载的平台证书：{reason}',
    '提供 pub_key.pem：certs、WXPAY_CERTS；见商户平台 → 账户中心 → API安全 → 微信支付公钥',
  ],
  SECRET_LENGTH_WRONG: ['{bytes} 字节', '应为 32 字节：请在商户平台 → 账户中心 → API安全 重新设置'],
  APIV3_KEY_WRONG: [
    'apiv3Key 无法解密平台证书',
    '在商户平台 → 账户中心 → API安全 → APIv3密钥 重新设置，并在各处同步更新',
  ],
  SECRET_WRONG: [
    '被拒绝：{reason}',
    'secret 不是 {mchid} 的 APIv2 密钥：请在商户平台 → 账户中心 → API安全 → APIv2密钥 重新设置，并在各处同步更新',
  ],
  CERTIFICATE_INVALID: ['{reason}', '提供 PEM 格式的 apiclient_cert.pem'],
  CERTIFICATE_EXPIRED: ['已过期 {days} 天', '申请新证书：商户平台 → 账户中心 → API安全'],
  CERTIFICATE_NOT_YET_VALID: ['{date} 起才有效', '校准时钟：timedatectl set-ntp true'],
  CERTIFICATE_OF_ANOTHER_MCHID: ['证书属于 {owner}', '把 mchid 改为 {owner}，或提供 {mchid} 的证书'],
  CERTIFICATE_OF_ANOTHER_SERIAL: ['证书的序列号是 {actual}', '把 serial 改为 {actual}'],
  CERTIFICATE_OF_ANOTHER_KEY: ['私钥与证书不配对', '提供与该证书一同下载的私钥'],
  CERTIFICATE_OF_ANOTHER: ['{names} 与证书不符，证书是 {owner} 的 {actual}', '提供 {names} 所属的证书'],
  CLIENT_CERTIFICATE_INVALID: ['{reason}', '提供 apiclient_cert.pem 及其私钥：WXPAY_MERCHANT_CERT'],
  HOST_UNKNOWN: [
    '无法解析域名 {host}（{reason}）',
    '检查本机的域名解析：DNS、/etc/resolv.conf，以及 baseURL',
  ],
  HOST_UNREACHABLE: [
    '无法连接 {host}（{reason}）',
    '检查本机到它的网络：防火墙、出口策略、HTTPS_PROXY，以及 baseURL',
  ],
  PROXY_FAILED: [
    '代理无法连接 {host}（{reason}）',
    '改正代理的设置（选项 proxy、HTTPS_PROXY），或把该主机写入 NO_PROXY',
  ],
  TLS_UNTRUSTED: ['{host} 的证书不受信任（{reason}）', '信任签发该证书的机构：ca、NODE_EXTRA_CA_CERTS'],
  NOT_WECHATPAY: ['应答的不是微信支付：{reason}', '改正 baseURL，或不填；检查是否有代理或网关代为应答'],
  CLOCK_AHEAD: ['比服务器快 {seconds} 秒', '校准时钟：timedatectl set-ntp true'],
  CLOCK_BEHIND: ['比服务器慢 {seconds} 秒', '校准时钟：timedatectl set-ntp true'],
  CLOCK_WRONG: ['时间不正确，被拒绝：{reason}', '校准时钟：timedatectl set-ntp true'],
  SIGNATURE_REFUSED: ['被拒绝：{reason}', '商户号（或品牌 ID）、serial 与 privateKey 必须属于同一张证书'],
  PERMISSION_DENIED: [
    '签名正确，但没有权限：{reason}',
    '为{id} 开通该产品或接口，并允许本机的 IP：商户平台 → 产品中心',
  ],
  ANSWER_INVALID: ['应答不可信：{reason}', '检查是否有代理改动了应答，然后重试'],
  API_REFUSED: ['接口拒绝：{reason}', '按接口的提示处理'],
  API_UNAVAILABLE: ['接口出错：{reason}', '稍后重试；本机的配置没有问题'],
  NO_ANSWER: ['{reason}', '请重试；如果一直如此，检查防火墙、代理和 timeout'],
}
