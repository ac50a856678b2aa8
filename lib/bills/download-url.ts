import { VerificationError } from '../errors.js'
import { DEFAULT_ORIGIN } from '../protocols/url.js'

/** The one path that bills are downloaded from, as in the route map. */
export const DOWNLOAD_PATH = 'v3/billdownload/file'

/**
 * The query of a download URL. The URL itself is never requested: the file is asked for at the client's own access
 * point, so that no signature goes to a host that an answer names.
 *
 * @param origins hosts of the API that the client knows
 * @throws {VerificationError} when the URL is that of another host or path.
 */
export function downloadQuery(
  downloadUrl: unknown,
  origins: readonly string[],
  name: string,
): Readonly<Record<string, string>> {
  const url =
    typeof downloadUrl === 'string' && URL.canParse(downloadUrl.trim()) ? downloadUrl.trim() : undefined
  if (url === undefined) throw refusal(name, 'it names no download_url')
  const { origin, pathname, search } = new URL(url)
  const known = [DEFAULT_ORIGIN, ...origins]
    .filter((base) => URL.canParse(base))
    .map((base) => new URL(base).origin)
  if (!known.includes(origin)) {
    throw refusal(name, `its download_url is at ${origin}, not at ${known.join(' or ')}`)
  }
  if (pathname !== `/${DOWNLOAD_PATH}`) {
    throw refusal(name, `its download_url has the path ${pathname}, not /${DOWNLOAD_PATH}`)
  }
  return Object.fromEntries(
    search
      .slice(1)
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const [key = '', ...value] = pair.split('=')
        return [decode(key, name), decode(value.join('='), name)]
      }),
  )
}

/** A plus stands for itself: tokens have it, and nobody writes spaces. */
function decode(text: string, name: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refusal(name, 'its download_url is not properly encoded')
  }
}

function refusal(name: string, why: string): VerificationError {
  return new VerificationError(`${name}: the answer is not to be trusted: ${why}`, { code: 'ANSWER_INVALID' })
}
