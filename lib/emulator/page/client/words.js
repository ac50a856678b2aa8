/** @type {Readonly<Record<string, readonly [string, string]>>} Chinese, English. */
const WORDS = {
  title: ['微信支付模拟器', 'WeChat Pay emulator'],
  badge: ['本地模拟，不涉及真实资金', 'local, no real money'],
  skip: ['跳到内容', 'Skip to content'],
  tabs: ['页面', 'Pages'],
  language: ['English', '中文'],
  calls: ['调用', 'Calls'],
  orders: ['订单', 'Orders'],
  notify: ['通知', 'Notifications'],
  faults: ['故障', 'Faults'],
  merchant: ['配置', 'Configuration'],
  search: ['搜索路径、单号、错误', 'Search paths, numbers, problems'],
  only_bad: ['只看有问题的', 'Only problems'],
  no_calls: ['还没有调用。把客户端指向上面的地址。', 'No calls yet. Point a client to the address above.'],
  choose: ['选择一条调用查看详情。', 'Choose a call to see it.'],
  verified: ['签名正确', 'signature fits'],
  refused: ['签名不符', 'signature does not fit'],
  message: ['待签名串', 'Canonical message'],
  computed: ['模拟器按请求计算', 'as the emulator computed it'],
  signed: ['客户端实际签名', 'as the client signed it'],
  method: ['方法', 'Method'],
  url: ['URL', 'URL'],
  timestamp: ['时间戳', 'Timestamp'],
  part: ['不一致之处', 'Differs in'],
  key: ['私钥', 'the private key'],
  algorithm: ['摘要算法', 'the digest'],
  layout: ['换行与格式', 'the layout'],
  unknown: ['未知', 'something else'],
  nonce: ['随机串', 'Nonce'],
  body: ['请求体', 'Body'],
  headers: ['请求头', 'Headers'],
  answer: ['应答', 'Answer'],
  no_answer: [
    '没有应答：连接已断开，或仍在处理。',
    'No answer: the connection was cut, or it is still at work.',
  ],
  finding: ['校验结果', 'Finding'],
  decrypted: ['敏感字段明文', 'Encrypted fields in clear'],
  curl: ['curl 命令', 'As a curl line'],
  curl_hint: [
    '签名已隐去；五分钟内有效的签名请由客户端生成。',
    'Without the signature, which has to be made anew within five minutes.',
  ],
  copy: ['复制', 'Copy'],
  copied: ['已复制', 'Copied'],
  number: ['单号', 'Number'],
  kind: ['类型', 'Kind'],
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
  send: ['发送', 'Send'],
  sent: ['模拟器已发出的通知', 'Sent by the emulator itself'],
  none_sent: ['还没有通知。', 'None yet.'],
  path: ['路径，* 为全部', 'Path, * for all'],
  status: ['HTTP 状态码', 'HTTP status'],
  error_code: ['错误码', 'Error code'],
  fault: ['应答故障', 'Broken answer'],
  delay: ['延迟（毫秒）', 'Delay (ms)'],
  times: ['次数，空为一直', 'Times, empty for always'],
  probability: ['概率 0–1', 'Probability 0–1'],
  add: ['添加', 'Add'],
  clear: ['全部清除', 'Clear all'],
  no_faults: ['没有故障。', 'No faults.'],
  in_force: ['生效中', 'In force'],
  show: ['显示', 'Show'],
  secret_hint: ['这些密钥只对本模拟器有效。', 'These secrets are worth nothing outside of this emulator.'],
  hidden: ['（已隐藏）', '(hidden)'],
  none: ['无', 'none'],
}

/** @type {0 | 1} */
let chosen = 0

export function chooseLanguage() {
  const kept = localStorage.getItem('emulator language')
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
  localStorage.setItem('emulator language', other === 0 ? 'zh' : 'en')
  setLanguage(other)
}

/** @param {string} name */
export function word(name) {
  return WORDS[name]?.[chosen] ?? name
}
