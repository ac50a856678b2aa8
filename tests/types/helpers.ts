/** The exported helpers. */
/* oxlint-disable no-floating-promises, no-unused-expressions -- compiled, never run */
import type {
  CallOptions,
  Ciphertext,
  EventType,
  NotificationOf,
  Operation,
  Path,
  PathValue,
  RequestOf,
  ResponseOf,
  Routes,
  Sensitive,
  VerbOf,
} from '../../types/index.js'
import type { Folders } from '../../types/routes/folders.js'
import { holds, type IsAny, type Same, wxpay } from './expect.js'

type Import = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
type ImportRequest = { card_id: PathValue; json: { openid: string; code?: string; out_request_no: string } }

holds<Same<VerbOf<Import>, 'post'>>()
holds<Same<RequestOf<Import, 'post'>, ImportRequest>>()
holds<Same<Operation<RequestOf<Import, 'post'>, ResponseOf<Import, 'post'>>, Routes[Import]['post']>>()
holds<Same<IsAny<ResponseOf<Import, 'post'>>, false>>()
holds<Same<IsAny<NotificationOf<'TRANSACTION.SUCCESS'>>, false>>()
holds<Same<NotificationOf<'TRANSACTION.SUCCESS'>['event_type'], 'TRANSACTION.SUCCESS'>>()
holds<Same<Extract<EventType, 'TRANSACTION.SUCCESS'>, 'TRANSACTION.SUCCESS'>>()
holds<Same<Extract<Sensitive, string>, never>>()
holds<Same<Extract<Ciphertext, string>, never>>()

// @ts-expect-error a path that is not documented
holds<Same<RequestOf<'v3/nowhere', 'post'>, never>>()
// @ts-expect-error a verb that is not documented
holds<Same<ResponseOf<Import, 'get'>, never>>()
// @ts-expect-error an event that is not documented
holds<Same<IsAny<NotificationOf<'NOTHING.HAPPENED'>>, false>>()

// A request may be prepared apart from its call, with the options of the call.
const request: RequestOf<Import, 'post'> & CallOptions = {
  card_id: '1',
  json: { openid: '1', out_request_no: '1' },
}
wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.post(request)

/** The index holds the routes and the folders on their way, no more and no less. */
type Beginnings<Where> = Where extends `${infer First}/${infer Others}`
  ? First | `${First}/${Beginnings<Others>}`
  : Where
type Listed = { [Where in keyof Folders]: Where | `${Where}/${Folders[Where]}` }[keyof Folders]
holds<Same<Listed, Beginnings<keyof Routes>>>()
holds<Same<Path, Beginnings<keyof Routes>>>()
