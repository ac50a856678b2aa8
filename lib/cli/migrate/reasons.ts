import { words } from '../language.js'

// The comments that programs get: what is to be decided there, and why.

export const needsCerts: string = words(
  'every answer is verified: give certs: { PUB_KEY_ID_…: the WeChat Pay public key }, or apiv3Key to download the certificates',
  '每个应答都会验签：请传 certs: { PUB_KEY_ID_…: 微信支付公钥 }，或传 apiv3Key 以下载平台证书',
)
export const certsOrDownload: string = words(
  'every answer is verified: a merchant who has a WeChat Pay public key gives certs: { PUB_KEY_ID_…: that key }; for others the certificates are downloaded',
  '每个应答都会验签：有微信支付公钥的商户请传 certs: { PUB_KEY_ID_…: 公钥 }；否则自动下载平台证书',
)
export const textFirst = (name: string): string =>
  words(
    `the text comes first: ${name}(text, key, nonce, associatedData)`,
    `文本在最前：${name}(text, key, nonce, associatedData)`,
  )
export const callInMiddle: string = words(
  'a call sends the request: a value in the path stands in brackets, as in outTradeNo[no].get()',
  '调用即发出请求：路径中的值请写在方括号里，如 outTradeNo[no].get()',
)
export const heldId: string = words(
  'a value in the path of a variable has no types: hold the placeholder, as outTradeNo._out_trade_no_, and give the value in the call: .get({ out_trade_no })',
  '变量所含路径中的值没有类型：请保留占位符，如 outTradeNo._out_trade_no_，并在调用时传值：.get({ out_trade_no })',
)
export const spreadArguments: string = words(
  'write the arguments as one request object: { json | xml, query, headers, … }',
  '请把参数写成一个请求对象：{ json | xml, query, headers, … }',
)
export const requestMethod: string = words(
  'client.request(path, method, data, config) is wxpay.chain(path).post({ json: data, … })',
  'client.request(path, method, data, config) 现在写作 wxpay.chain(path).post({ json: data, … })',
)
export const upload: string = words(
  'an upload is { multipart: { file } }, a Buffer, File, stream or file:// URL; its meta is made by the client',
  '上传写作 { multipart: { file } }，可传 Buffer、File、流或 file:// 地址；meta 由客户端生成',
)
export const unknownPath: string = words(
  'the path is known when the program runs: write { json: … } for v3 and { xml: … } for v2, and query in place of params',
  '路径在运行时才知道：v3 请写 { json: … }，v2 请写 { xml: … }，并以 query 代替 params',
)
export const noResponse: string = words(
  'not every error has a response (RequestError, NetworkError): take error, and look at error.message first',
  '错误不一定有 response（RequestError、NetworkError 没有）：请取 error，先看 error.message',
)
export const axiosError: string = words(
  'errors are no AxiosError: ApiError is a refusal, with its response; NetworkError is a call without an answer',
  '错误不再是 AxiosError：ApiError 是被拒绝的请求，带有 response；NetworkError 是没有应答的请求',
)
export const errorCode: string = words(
  'the code of an error is another one: SIGNATURE_INVALID, SIGNATURE_MISSING, SERIAL_UNKNOWN, TIMESTAMP_INVALID of a VerificationError, or that of the API in an ApiError',
  '错误的 code 不同了：VerificationError 的是 SIGNATURE_INVALID、SIGNATURE_MISSING、SERIAL_UNKNOWN、TIMESTAMP_INVALID，ApiError 的是接口自己的',
)
export const exportedNames: string = words(
  'wechatpay-fluent exports Wechatpay by name, and its helpers are in wechatpay-fluent/crypto',
  'wechatpay-fluent 以名称 Wechatpay 导出客户端，工具函数在 wechatpay-fluent/crypto 里',
)
export const nestModule: string = words(
  'nest-wechatpay-node-v3 provides a client of the old package: provide a Wechatpay of wechatpay-fluent instead',
  'nest-wechatpay-node-v3 提供的是原软件包的客户端：请改为提供 wechatpay-fluent 的 Wechatpay',
)
export const typesOfRequests: string = words(
  "the types of requests and answers are RequestOf<'v3/…', 'post'>['json'] and ResponseOf<'v3/…', 'post'> of wechatpay-fluent",
  "请求与应答的类型是 wechatpay-fluent 的 RequestOf<'v3/…', 'post'>['json'] 与 ResponseOf<'v3/…', 'post'>",
)
export const signForFrontEnd = (signs: string): string =>
  words(
    `what the front end needs is made of the answer: wxpay.paySign.${signs}({ appId, prepayId: data.prepay_id })`,
    `前端所需的参数由应答生成：wxpay.paySign.${signs}({ appId, prepayId: data.prepay_id })`,
  )
export const jsonOrText: string = words(
  'JSON.parse is right for a notification; what is no JSON, such as a certificate, is the text itself',
  '回调通知用 JSON.parse；不是 JSON 的（如证书），解密结果就是文本本身',
)
export const optionNames: string = words(
  'the options are { mchid, serial, privateKey, certs, apiv3Key, defaults: { appid } } now',
  '现在的选项是 { mchid, serial, privateKey, certs, apiv3Key, defaults: { appid } }',
)
export const foreignOptions = (names: string): string =>
  words(
    `wechatpay-node-v3 has no option ${names}: look at what it was meant for`,
    `wechatpay-node-v3 没有 ${names} 选项：请检查其本意`,
  )
export const unknownOptions = (names: string): string =>
  words(
    `a client takes no ${names}: it is mchid, serial, privateKey, certs, secret (APIv2), apiv3Key, and defaults: { appid, notify_url }`,
    `客户端没有 ${names} 选项：请用 mchid、serial、privateKey、certs、secret（APIv2 密钥）、apiv3Key，以及 defaults: { appid, notify_url }`,
  )
export const axiosOptions = (options: string): string =>
  words(
    `the options in ${options} are those of axios: rename params to query, and drop security and nonceless`,
    `${options} 里是 axios 的选项：请把 params 改名为 query，并去掉 security 与 nonceless`,
  )
export const unknownKeys = (names: string): string =>
  words(
    `a request takes no ${names}: see "The request object" in the guide for what does the same`,
    `请求对象不接受 ${names}：同样的事怎么做，请看指南中“请求对象”一节`,
  )
export const missingValues = (names: string): string =>
  words(
    `the path has a place for ${names}: give it beside query and json`,
    `路径里有 ${names} 的占位符：请与 query、json 并列传入`,
  )
export const refusalThrows = (list: string): string =>
  words(
    `a refused call throws an ApiError now (error.status, error.code, error.apiMessage): there is no need to check ${list}`,
    `请求被拒绝时现在会抛出 ApiError（error.status、error.code、error.apiMessage），不必再看 ${list}`,
  )
export const fieldsInData = (list: string): string =>
  words(`${list}: the fields of the answer are in data`, `${list}：应答的字段在 data 里`)
export const axiosResponse: string = words(
  'the result is an AxiosResponse ({ status, data, headers }), and a refused call throws an ApiError',
  '结果现在是 AxiosResponse（{ status, data, headers }），请求被拒绝时抛出 ApiError',
)
export const calledClass: string = words(
  'early versions of the package took an instance of axios: use new Wechatpay(options) and its chain',
  '早期版本的软件包接收 axios 实例：请改用 new Wechatpay(options) 及其链式调用',
)
export const transforms: string = words(
  'functions of transformRequest run before the request is encoded here, and those of transformResponse after the response is verified: look at what they take',
  'transformRequest 的函数在这里于请求编码之前执行，transformResponse 的函数在应答验签之后执行：请检查它们收到的是什么',
)
export const extendedClient: string = words(
  'a client is not to be extended: keep one in a field',
  '客户端不应被继承：请把它放在字段里',
)
export const describedType: string = words(
  'this type describes calls of the old package: leave it out, or say Wechatpay of wechatpay-fluent',
  '这个类型描述的是原软件包的调用：请去掉，或改用 wechatpay-fluent 的 Wechatpay',
)
export const clearText = (list: string): string =>
  words(
    `${list}: give sensitive('…') with the clear text; the client encrypts it and names the key`,
    `${list}：请传 sensitive('明文')，由客户端加密并带上密钥的序列号`,
  )
export const passedHelpers = (name: string): string =>
  words(
    `${name} is passed on as a whole: pass on the functions of wechatpay-fluent/crypto that are needed of it`,
    `${name} 被整体传出：请改为传出所需的 wechatpay-fluent/crypto 函数`,
  )
export const noHelper = (name: string): string =>
  words(
    `wechatpay-fluent has nothing in the place of ${name}; it is still imported from the old package`,
    `wechatpay-fluent 没有与 ${name} 对应的函数；这里仍从原来的包引入`,
  )
