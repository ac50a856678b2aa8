/**
 * The hosts of WeChat Pay that clients have built in. The server's certificate names them, so that such a client can be
 * led here by a hosts file or a proxy.
 */
export const GATEWAY_HOSTS: readonly string[] = [
  'api.mch.weixin.qq.com',
  'api2.mch.weixin.qq.com',
  'apihk.mch.weixin.qq.com',
  'fraud.mch.weixin.qq.com',
  'api.wechatpay.cn',
  'api2.wechatpay.cn',
  'pay.wechatpay.cn',
  'payapp.weixin.qq.com',
  'api.weixin.qq.com',
]
