const LONGEST_TEXT = 500

/** What breaks a line, or what a terminal or a reader would take for something else. */
const MARKS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu

/** Foreign text as it may stand in a message and a log: on one line, and not without end. */
export function printable(text = '', longest: number = LONGEST_TEXT): string {
  const escaped = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
  const line = text.slice(0, longest).replace(MARKS, escaped)
  return text.length > longest ? `${line}…` : line
}

const LIKE_BASE64 = /[A-Za-z0-9+/=]{40,}/g

/**
 * A text without what may be a key in base64, whole or cut off: who takes a key for the name of a file gets to read that there is no
 * such file.
 */
export function withoutKeys(text: string): string {
  return text.replace(LIKE_BASE64, (run) => {
    // The names of folders are shorter, or of one kind of letters.
    const length = /[+=]/.test(run) ? 0 : 24
    const isKey = run.split('/').some((part) => part.length >= length && isMixed(part))
    return isKey ? `(${run.length} characters that may be a key)` : run
  })
}

const isMixed = (text: string): boolean => /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text)
