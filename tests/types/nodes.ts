/** Nodes as values, verb words as segments, browser redirects, and paths that nobody documented. */
/* oxlint-disable no-floating-promises, no-unused-expressions -- compiled, never run */
import type { AxiosResponse } from 'axios'
import type { Chain, LooseNode, NodeOf, Operation, RequestOf, ResponseOf } from '../../types/index.js'
import { holds, type IsAny, type Same, takes, wxpay } from './expect.js'

// A node is a value: stored, passed, returned.
const users = wxpay.v3.marketing.membercardOpen.cards._card_id_.users
type Users = NodeOf<'v3/marketing/membercard-open/cards/{card_id}/users'>
const importUser = (node: Users, openid: string) =>
  node.import.post({ card_id: '1', json: { openid, out_request_no: '1' } })
importUser(users, '1')
// @ts-expect-error another node
importUser(wxpay.v3.certificates, '1')
const settle = async (): Promise<Users> => users
takes<Users>(await settle())

type Import = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
const call: Operation<RequestOf<Import, 'post'>, ResponseOf<Import, 'post'>> = users.import.post
const plainly: (request: RequestOf<Import, 'post'>) => Promise<AxiosResponse<ResponseOf<Import, 'post'>>> =
  call
plainly({ card_id: 1, json: { openid: '1', out_request_no: '1' } })
const { native, h5 } = wxpay.v3.pay.transactions
native.postAsync
h5.post

// The client adds members of its own to the chain.
interface Client extends Chain {
  readonly bills: string
}
declare const client: Client
takes<string>(client.bills)
client.v3.certificates.get()

// Verb words are segments as well: POST `…/receivers/delete`.
const { receivers } = wxpay.v3.profitsharing
const removal = { json: { appid: '1', type: 'MERCHANT_ID', account: '1' } }
receivers.delete.post(removal)
receivers.delete.postAsync(removal)
wxpay.chain('v3/profitsharing/receivers/delete')(removal)
wxpay['v3/profitsharing/receivers/delete'].post(removal)
// @ts-expect-error that would be DELETE `…/receivers`, which nobody documents
receivers.delete(removal)
// Where DELETE is documented it is a verb, and no segment.
const contract = wxpay.v3.eduPapay.contracts._contract_id_
contract.delete({ contract_id: '1' })
contract.deleteAsync({ contract_id: '1' })
// @ts-expect-error the placeholder is missing
contract.delete({})
// @ts-expect-error nothing goes on from here
contract.delete.post

// Browser redirects have a URL and nothing else.
const sign = wxpay.v2.papay.entrustweb
declare const redirect: RequestOf<'v2/papay/entrustweb', 'get'>
takes<string>(sign.url(redirect))
// @ts-expect-error the query is missing
sign.url({})
// @ts-expect-error a browser goes there, not the client
sign.get
// Any GET has a URL, and nothing else has.
takes<string>(wxpay.v3.certificates.url())
takes<string>(wxpay['v3/certificates'].url({ query: {} }))
// @ts-expect-error no GET here
users.import.url

// An undocumented path is open: any segment, any verb, an unknown answer.
const loose = wxpay.chain('v3/not/documented')
const deeper = wxpay.v3.pay.chain('something/new').chain('{id}')
declare const id: string
const byId = wxpay.chain(`v3/pay/transactions/id/${id}`)
const answer = await loose.post({ json: { anything: 1 }, any_id: '1', timeout: 1_000 })
deeper.get()
loose({ json: {} })
byId.getAsync({ query: { mchid: '1' } })
takes<string>(byId.url())
takes<LooseNode | undefined>(loose.further)
takes<LooseNode>(await (async () => loose)())

holds<Same<typeof loose, LooseNode>>()
holds<Same<typeof deeper, LooseNode>>()
holds<Same<typeof byId, LooseNode>>()
holds<Same<IsAny<typeof answer.data>, false>>()
holds<Same<typeof answer.data, unknown>>()
// @ts-expect-error options are known even there
loose.get({ timeout: '1s' })
