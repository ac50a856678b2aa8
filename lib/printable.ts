const LONGEST_TEXT = 500

/** What breaks a line, or what a terminal or a reader would take for something else. */
const MARKS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu

/** Foreign text as it may stand in a message and a log: on one line, and not without end. */
export function printable(text = ''): string {
  const escaped = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
  const line = text.slice(0, LONGEST_TEXT).replace(MARKS, escaped)
  return text.length > LONGEST_TEXT ? `${line}…` : line
}
