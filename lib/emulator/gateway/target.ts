/** Path and query of a request line, also of one in absolute form. */
export function targetOf(url: string): { url: string; path: string; search: string } {
  const target = url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/'
  const mark = target.indexOf('?')
  if (mark < 0) return { url: target, path: target, search: '' }
  return { url: target, path: target.slice(0, mark), search: target.slice(mark + 1) }
}
