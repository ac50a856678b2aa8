/** @type {Readonly<Record<string, readonly [string, string]>>} Chinese, English. */
const WORDS = {
  title: ['微信支付模拟器', 'WeChat Pay emulator'],
  badge: ['本地模拟，不涉及真实资金', 'local, no real money'],
  skip: ['跳到内容', 'Skip to content'],
  tabs: ['页面', 'Pages'],
  language: ['English', '中文'],
  live: ['实时', 'live'],
  lost: ['连接已断开', 'connection lost'],
  calls: ['调用', 'Calls'],
  orders: ['订单', 'Orders'],
  notify: ['通知', 'Notifications'],
  faults: ['故障', 'Faults'],
  merchant: ['配置', 'Configuration'],
  search: ['搜索路径、单号、错误', 'Search paths, numbers, problems'],
  search_orders: ['搜索单号、金额、状态', 'Search numbers, amounts, states'],
  only_bad: ['只看有问题的', 'Only problems'],
  no_calls: ['还没有调用。把客户端指向本模拟器：', 'No calls yet. Point a client here:'],
  no_match: ['没有符合条件的调用。', 'No call fits the search.'],
  detail: ['调用详情', 'The chosen call'],
  template: ['接口', 'Endpoint'],
  request: ['请求', 'Request'],
  value: ['收到的值', 'Value'],
  in_body: ['请求体', 'body'],
  in_query: ['查询串', 'query'],
  in_header: ['请求头', 'header'],
  in_uri_template: ['路径', 'path'],
  choose: ['选择一条调用查看详情。', 'Choose a call to see it.'],
  verified: ['签名正确', 'signature fits'],
  refused: ['签名不符', 'signature does not fit'],
  message: ['待签名串', 'Canonical message'],
  computed: ['模拟器按请求计算', 'as the emulator computed it'],
  signed: ['客户端实际签名', 'as the client signed it'],
  method: ['方法', 'Method'],
  timestamp: ['时间戳', 'Timestamp'],
  url: ['URL', 'URL'],
  body: ['请求体', 'Body'],
  key: ['密钥', 'Key'],
  signature: ['签名值', 'Signature'],
  algorithm: ['签名算法', 'Algorithm'],
  fields: ['字段', 'Fields'],
  layout: ['格式', 'Layout'],
  unknown: ['未知', 'Unknown'],
  nonce: ['随机串', 'Nonce'],
  headers: ['请求头', 'Headers'],
  answer: ['应答', 'Answer'],
  no_answer: [
    '没有应答：连接已断开，或仍在处理。',
    'No answer: the connection was cut, or it is still at work.',
  ],
  decrypted: ['敏感字段明文', 'Encrypted fields in clear'],
  no_body: ['（空）', 'empty'],
  curl_hint: [
    '签名已隐去：签名只在五分钟内有效，每次请求都须由客户端重新生成。',
    'The signature is left out: it holds for five minutes only, and a client has to make it anew.',
  ],
  curl: ['curl 命令', 'As a curl line'],
  copy: ['复制', 'Copy'],
  copied: ['已复制', 'Copied'],
  number: ['单号', 'Number'],
  kind: ['类型', 'Kind'],
  combined: ['合单', 'Combined'],
  transfer: ['转账', 'Transfer'],
  score: ['支付分', 'Pay score'],
  state: ['状态', 'State'],
  amount: ['金额（元）', 'Amount (CNY)'],
  code: ['二维码', 'QR code'],
  action: ['操作', 'Action'],
  pay: ['支付', 'Pay'],
  confirm: ['用户确认', 'Confirm'],
  no_orders: ['还没有订单。', 'No orders yet.'],
  paid: ['已支付', 'Paid'],
  done: ['完成', 'Done'],
  notified: ['商户应答', 'receiver answered'],
  event: ['通知类型', 'Event type'],
  to: ['接收地址', 'To this URL'],
  resource: ['resource 明文（JSON）', 'resource in clear (JSON)'],
  send_one: ['发送通知', 'Send a notification'],
  sample: ['重新生成样例', 'Make up another'],
  sending: ['发送中…', 'sending…'],
  sent: ['模拟器自动发出的通知', 'Sent by the emulator itself'],
  taken: ['已接收', 'taken'],
  retrying: ['等待重试', 'will be retried'],
  given_up: ['已放弃', 'given up'],
  send: ['发送', 'Send'],
  none_sent: ['还没有通知。', 'None yet.'],
  new_fault: ['添加故障', 'Script a failure'],
  path: ['路径或模板，* 为全部', 'Path or template, * for all'],
  any_method: ['全部', 'any'],
  any_fault: ['无', 'none'],
  status: ['HTTP 状态码', 'HTTP status'],
  fault: ['应答故障', 'Broken answer'],
  delay: ['延迟（毫秒）', 'Delay (ms)'],
  times: ['次数', 'How often'],
  probability: ['概率', 'Probability'],
  new_limit: ['限制频率', 'Limit the rate'],
  failure: ['故障', 'Failure'],
  limit: ['频率限制', 'Rate limit'],
  rate: ['每秒请求数', 'Requests a second'],
  add_limit: ['添加限制', 'Add limit'],
  added: ['已添加', 'Added'],
  error_code: ['错误码', 'Error code'],
  add: ['添加', 'Add'],
  clear: ['全部清除', 'Clear all'],
  no_faults: ['没有故障。', 'No faults.'],
  in_force: ['生效中', 'In force'],
  show: ['显示密钥', 'Show secrets'],
  hide: ['隐藏密钥', 'Hide secrets'],
  secret_hint: [
    '这是模拟器，不是微信支付：密钥只对它有效，没有真实资金。',
    'This is an emulator, not WeChat Pay: its secrets are worth nothing elsewhere, and no money moves.',
  ],
  ts_hint: ['代码中：', 'In code:'],
  json_hint: ['存为文件后：wxpay … --config 文件', 'In a file, for wxpay … --config FILE:'],
  env_hint: ['供命令行 wxpay 使用的环境变量：', 'Environment variables for the command line, wxpay …:'],
  hidden: ['（已隐藏）', '(hidden)'],
  none: ['无', 'none'],
}

/** @type {0 | 1} */
let chosen = 0

export function chooseLanguage() {
  const kept = /(?:^|; )emulator-language=(\w+)/.exec(document.cookie)?.[1]
  setLanguage((kept ?? navigator.language).startsWith('zh') ? 0 : 1)
}

/** @param {0 | 1} language */
export function setLanguage(language) {
  chosen = language
  document.documentElement.lang = language === 0 ? 'zh-CN' : 'en'
  for (const element of document.querySelectorAll('[data-word]')) {
    element.textContent = word(element.getAttribute('data-word') ?? '')
  }
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', word(element.getAttribute('data-label') ?? ''))
  }
  document.title = word('title')
}

export function otherLanguage() {
  const other = chosen === 0 ? 1 : 0
  // biome-ignore lint/suspicious/noDocumentCookie: the next emulator has another port and storage; cookies know no ports
  document.cookie = `emulator-language=${other === 0 ? 'zh' : 'en'}; Path=/; Max-Age=31536000; SameSite=Strict`
  setLanguage(other)
}

/** @param {string} name */
export function word(name) {
  return WORDS[name]?.[chosen] ?? name
}

/** @param {string} chinese @param {string} english */
export const inChosen = (chinese, english) => (chosen === 0 ? chinese : english)
