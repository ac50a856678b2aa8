import { didYouMean } from '../nearest.js'

export type Language = 'en' | 'zh'

/** The language that the locale asks for: the variables of POSIX, in their order, else the setting of the system. */
export function languageOf(env: NodeJS.ProcessEnv): Language {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || Intl.DateTimeFormat().resolvedOptions().locale
  return /^zh\b/i.test(locale.replace('_', '-')) ? 'zh' : 'en'
}

/** The language of this process. */
export const LANGUAGE: Language = languageOf(process.env)

/** Words for people, in the language of this process. Results that programs read are the same in every language. */
export function words(en: string, zh: string): string {
  return LANGUAGE === 'zh' ? zh : en
}

/** The words to add to a message about an unknown name: the nearest known one, if any. */
export function orNearest(nearest: string | undefined): string {
  return nearest === undefined ? '' : words(didYouMean(nearest), `；是否想写 '${nearest}'？`)
}
