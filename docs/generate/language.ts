/** The languages of the site. */
export type Language = 'en' | 'zh'

export const LANGUAGES: readonly Language[] = ['en', 'zh']

/** A text in both languages. */
export type Text = Readonly<Record<Language, string>>

/** The beginning of the addresses of a language's pages: English is at the root. */
export const baseOf = (language: Language): string => (language === 'en' ? '/' : '/zh/')

const ZH = {
  field: '字段',
  type: '类型',
  required: '必填',
  description: '说明',
  case: '情形',
  needs: { '': '', required: '是', either: '择一', filled: '自动' },
  oneOf: '以下各组须填其一',
  encryptedMark: '🔒',
  encrypted: '加密字段',
  file: '文件',
  jsonText: 'JSON 文本',
  formText: '表单文本',
  units: { fen: '单位：分', minor: '单位：货币的最小单位' },
  values: '取值',
  length: (range: string) => `长度 ${range}`,
  range: (range: string) => `范围 ${range}`,
  items: (range: string) => `${range} 项`,
  pattern: '格式',
  stop: '；',
}

export type Words = typeof ZH

const EN: Words = {
  field: 'Field',
  type: 'Type',
  required: 'Required',
  description: 'Description',
  case: 'Case',
  needs: { '': '', required: 'yes', either: 'either', filled: 'filled in' },
  oneOf: 'One of these groups is needed',
  encryptedMark: '🔒',
  encrypted: 'encrypted',
  file: 'file',
  jsonText: 'JSON text',
  formText: 'form text',
  units: { fen: 'in fen (分)', minor: 'in the smallest unit of its currency' },
  values: 'Values',
  length: (range) => `${range} characters`,
  range: (range) => `range ${range}`,
  items: (range) => `${range} items`,
  pattern: 'matches',
  stop: '; ',
}

export const WORDS: Readonly<Record<Language, Words>> = { zh: ZH, en: EN }
