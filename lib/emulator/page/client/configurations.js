/**
 * The configuration of a client in each language, ready to paste. The files that they name are those that the page has
 * for download.
 */

/** @param {any} merchant */
export const json = (merchant) => JSON.stringify(merchant, null, 2)

/** @param {any} merchant */
function typescript(merchant) {
  const options = json(merchant)
    .replace(/^( *)"([A-Za-z_]\w*)":/gm, '$1$2:')
    .replaceAll('"', "'")
  return `import { Wechatpay } from 'wechatpay-fluent'\n\nconst wxpay = new Wechatpay(${options})`
}

/** @param {any} merchant */
function shell({ mchid, serial, privateKey, certs, apiv3Key, secret, baseURL }) {
  const variables = { MCHID: mchid, SERIAL: serial, APIV3_KEY: apiv3Key, SECRET: secret, BASE_URL: baseURL }
  return [
    ...Object.entries(variables).map(([name, value]) => `export WXPAY_${name}='${value}'`),
    `export WXPAY_PRIVATE_KEY='${privateKey}'`,
    `export WXPAY_CERTS='${JSON.stringify(certs)}'`,
  ].join('\n')
}

/** @param {any} merchant */
function php({ mchid, serial, certs, apiv3Key, secret, baseURL }) {
  return [
    'use WeChatPay\\Builder;',
    'use WeChatPay\\Crypto\\Rsa;',
    '',
    '$wxpay = Builder::factory([',
    `    'base_uri' => '${baseURL}/',`,
    `    'mchid' => '${mchid}',`,
    `    'serial' => '${serial}',`,
    "    'privateKey' => Rsa::from('file://' . __DIR__ . '/apiclient_key.pem', Rsa::KEY_TYPE_PRIVATE),",
    "    'certs' => [",
    ...Object.keys(certs).map(
      (id) => `        '${id}' => Rsa::from('file://' . __DIR__ . '/${id}.pem', Rsa::KEY_TYPE_PUBLIC),`,
    ),
    '    ],',
    `    'secret' => '${secret}',`,
    ']);',
    `$apiv3Key = '${apiv3Key}';`,
  ].join('\n')
}

/** The id of the WeChat Pay public key, where it is in use. @param {any} merchant @returns {string | undefined} */
const publicKeyOf = ({ certs }) => Object.keys(certs).find((id) => id.startsWith('PUB_KEY_ID_'))

/** @param {any} merchant */
function go(merchant) {
  const { mchid, serial, apiv3Key } = merchant
  const id = publicKeyOf(merchant)
  const cipher = id
    ? [
        `publicKey, err := utils.LoadPublicKeyWithPath("${id}.pem")`,
        'if err != nil {',
        '\tlog.Fatal(err)',
        '}',
        'client, err := core.NewClient(ctx, option.WithWechatPayPublicKeyAuthCipher(',
        `\t"${mchid}", "${serial}", privateKey, "${id}", publicKey))`,
      ]
    : [
        'client, err := core.NewClient(ctx, option.WithWechatPayAutoAuthCipher(',
        `\t"${mchid}", "${serial}", privateKey, "${apiv3Key}"))`,
      ]
  return [
    'privateKey, err := utils.LoadPrivateKeyWithPath("apiclient_key.pem")',
    'if err != nil {',
    '\tlog.Fatal(err)',
    '}',
    ...cipher,
    ...(id ? [`apiV3Key := "${apiv3Key}" // notify.NewRSANotifyHandler`] : []),
  ].join('\n')
}

/** @param {any} merchant */
function java(merchant) {
  const { mchid, serial, apiv3Key } = merchant
  const id = publicKeyOf(merchant)
  const config = id ? 'RSAPublicKeyConfig' : 'RSAAutoCertificateConfig'
  return [
    `Config config = new ${config}.Builder()`,
    `    .merchantId("${mchid}")`,
    `    .merchantSerialNumber("${serial}")`,
    '    .privateKeyFromPath("apiclient_key.pem")',
    ...(id ? [`    .publicKeyFromPath("${id}.pem")`, `    .publicKeyId("${id}")`] : []),
    `    .apiV3Key("${apiv3Key}")`,
    '    .build();',
  ].join('\n')
}

/** @param {any} merchant */
function python(merchant) {
  const { mchid, serial, apiv3Key } = merchant
  const id = publicKeyOf(merchant)
  return [
    'from wechatpayv3 import WeChatPay, WeChatPayType',
    '',
    'wxpay = WeChatPay(',
    '    wechatpay_type=WeChatPayType.NATIVE,',
    `    mchid="${mchid}",`,
    '    private_key=open("apiclient_key.pem").read(),',
    `    cert_serial_no="${serial}",`,
    `    apiv3_key="${apiv3Key}",`,
    '    appid="wxd678efh567hg6787",',
    '    notify_url="http://127.0.0.1:3000/notify",',
    ...(id
      ? [`    public_key=open("${id}.pem").read(),`, `    public_key_id="${id}",`]
      : ['    cert_dir="./cert",']),
    ')',
  ].join('\n')
}

/** Names of languages and their writers; a hint is the word `hint.` and the name. */
export const CONFIGURATIONS = Object.entries({
  TypeScript: typescript,
  PHP: php,
  Go: go,
  Java: java,
  Python: python,
  Shell: shell,
  JSON: json,
})
