import { docLinks } from './jsdoc.js'
import type { Catalogue } from './model.js'
import { type Files, HEADER } from './write.js'

/** `lib/cli/generated/names.ts`: what an endpoint is called and where it is documented, for the offline search. */
export function nameFiles({ endpoints }: Catalogue): Files {
  const lines = endpoints
    .map(
      ({ verb, template, name, docs }) =>
        `${verb} ${template}\t${name}\t${docLinks(docs ?? [])
          .map(urlOf)
          .join(' ')}`,
    )
    .sort()
  const text = [
    HEADER,
    '',
    `/** One endpoint a line: verb and template, its name, the ends of its documents' URLs behind ${BASE}. */`,
    `export const names: string = ${JSON.stringify(lines.join('\n'))}`,
    '',
  ]
  return new Map([['lib/cli/generated/names.ts', text.join('\n')]])
}

const BASE = 'https://pay.weixin.qq.com/'

/** The address in a link of Markdown, without what all of them begin with. */
function urlOf(link: string): string {
  const url = /\((.*)\)$/.exec(link)?.[1] ?? link
  return url.startsWith(BASE) ? url.slice(BASE.length) : url
}
