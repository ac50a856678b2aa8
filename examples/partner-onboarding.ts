/** A shop that a partner signs up (applyment4sub): its pictures, the application, and what becomes of it. */
import type { Emulator } from '../lib/emulator/index.js'
import {
  ApiError,
  type FilePart,
  type RequestOf,
  sensitive,
  type Wechatpay,
  WechatpayError,
} from '../lib/index.js'
import { runDemo, shopOf } from './demo.js'

// #region upload
/** Uploads a picture (JPG, PNG or BMP, 2 MB at most) and returns its media id. An upload may be repeated freely. */
export async function uploadPicture(wxpay: Wechatpay, picture: FilePart): Promise<string> {
  return (await wxpay.v3.merchant.media.upload.post({ multipart: { file: picture } })).data.media_id
}
// #endregion upload

// #region form
type Application = RequestOf<'v3/applyment4sub/applyment', 'post'>['json']
/** The media ids of the pictures. */
export type Pictures = Readonly<Record<'license' | 'idFront' | 'idBack' | 'entrance' | 'indoor', string>>

/** The application of a self-employed trader with a store. `sensitive()` encrypts what is personal. */
export function applicationOf(business_code: string, pictures: Pictures): Application {
  const { license, idFront, idBack, entrance, indoor } = pictures
  return {
    business_code,
    contact_info: {
      contact_type: 'LEGAL',
      contact_name: sensitive('张三'),
      mobile_phone: sensitive('13800000000'),
      contact_email: sensitive('owner@shop.example'),
    },
    subject_info: {
      subject_type: 'SUBJECT_TYPE_INDIVIDUAL',
      business_license_info: {
        ...{ license_copy: license, license_number: '92440300MA5EXAMPLE' },
        ...{ merchant_name: '深圳市南山区张三茶行', legal_person: '张三' },
      },
      identity_info: {
        id_doc_type: 'IDENTIFICATION_TYPE_IDCARD',
        id_card_info: {
          ...{ id_card_copy: idFront, id_card_national: idBack },
          ...{ id_card_name: sensitive('张三'), id_card_number: sensitive('440300199001011234') },
          ...{ card_period_begin: '2020-01-01', card_period_end: '长期' },
        },
      },
    },
    business_info: {
      ...{ merchant_shortname: '张三茶行', service_phone: '075586010000' },
      sales_info: {
        sales_scenes_type: ['SALES_SCENES_STORE'],
        biz_store_info: {
          ...{ biz_store_name: '张三茶行', biz_address_code: '440305', biz_store_address: '科技中一路1号' },
          ...{ store_entrance_pic: [entrance], indoor_pic: [indoor] },
        },
      },
    },
    settlement_info: { settlement_id: '719', qualification_type: '零售批发/生活娱乐/网上商城/其他' },
    bank_account_info: {
      ...{ bank_account_type: 'BANK_ACCOUNT_TYPE_PERSONAL', account_bank: '工商银行' },
      bank_address_code: '440300',
      ...{ account_name: sensitive('张三'), account_number: sensitive('6222000000000000000') },
    },
  }
}
// #endregion form

// #region submit
/** Sends the application. The same `business_code` is one application, however often it is sent. */
export async function apply(wxpay: Wechatpay, application: Application): Promise<void> {
  await wxpay.v3.applyment4sub.applyment.post({ json: application }).catch(async (error: unknown) => {
    if (!(error instanceof WechatpayError && error.mayHaveHappened)) throw error
    await progressOf(wxpay, application.business_code).catch((other: unknown) => {
      throw other instanceof ApiError && other.status === 404 ? error : other
    })
  })
}

/** Where the application is: to be signed at `sign_url`, refused for reasons, or finished with a `sub_mchid`. */
export async function progressOf({ v3 }: Wechatpay, business_code: string) {
  const { data } = await v3.applyment4sub.applyment.business_code._business_code_.get({ business_code })
  const { applyment_state: state, sign_url, sub_mchid, audit_detail = [] } = data
  const reasons = audit_detail.map((one) => `${one.field_name}: ${one.reject_reason}`)
  return { state, sign_url, sub_mchid, reasons }
}
// #endregion submit

export async function demo(emulator: Emulator) {
  const { wxpay } = shopOf(emulator)
  const names = ['license', 'idFront', 'idBack', 'entrance', 'indoor'] as const
  const ids = names.map((name) => uploadPicture(wxpay, new File([`a picture: ${name}`], `${name}.png`)))
  const pictures = Object.fromEntries((await Promise.all(ids)).map((id, at) => [names[at], id])) as Pictures
  await apply(wxpay, applicationOf('PARTNER_SHOP_0001', pictures))
  return { pictures, progress: await progressOf(wxpay, 'PARTNER_SHOP_0001') }
}
await runDemo(import.meta.url, demo)
