import type { Context } from './context.js'
import { Refusal } from './refusal.js'
import type { Router } from './router.js'

interface ImportRequest {
  readonly openid: string
  readonly code?: string
  readonly out_request_no: string
}

/** Member cards: import of a user by openid. */
export function addMemberCards(router: Router, { state, ids }: Context): void {
  router.add('POST', 'v3/marketing/membercard-open/cards/{card_id}/users/import', ({ params, json }) => {
    const { openid, code, out_request_no } = json as ImportRequest
    const key = JSON.stringify([params.card_id, out_request_no])
    const request = JSON.stringify([openid, code ?? null])
    const earlier = state.imports.get(key)
    if (earlier && earlier.request !== request) {
      throw new Refusal(400, 'INVALID_REQUEST', 'out_request_no已使用，且参数与原请求不一致', {
        field: '/out_request_no',
        value: out_request_no,
        issue: 'was used before with another body',
        location: 'body',
      })
    }
    const imported = earlier ?? { request, code: code ?? ids.digits(12) }
    if (!earlier) state.imports.set(key, imported)
    return { status: 200, body: { code: imported.code } }
  })
}
