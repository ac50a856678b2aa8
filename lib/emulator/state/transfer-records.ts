export interface TransferRequest {
  readonly appid: string
  readonly out_bill_no: string
  readonly openid: string
  readonly transfer_amount: number
  readonly transfer_remark: string
  readonly notify_url?: string
  readonly user_name?: string
}

/** A transfer to a user, who has to confirm it. */
export interface Transfer {
  readonly request: TransferRequest
  readonly fingerprint: string
  readonly transferBillNo: string
  /** In milliseconds. */
  readonly createdAt: number
  state: 'WAIT_USER_CONFIRM' | TransferStatus
  updateTime: string
  failReason?: string
  /** The state to come, and when in milliseconds. */
  next?: TransferOutcome & { readonly at: number }
}

export type TransferStatus = 'SUCCESS' | 'FAIL' | 'CANCELING' | 'CANCELLED'

/** What becomes of a transfer. */
export interface TransferOutcome {
  readonly status: TransferStatus
  /** The `fail_reason`. */
  readonly reason?: string
  /** Milliseconds by the clock until then; 0 when absent. */
  readonly after?: number
}

export interface TransferDetail {
  readonly out_detail_no: string
  readonly transfer_amount: number
  readonly transfer_remark: string
  readonly openid: string
  readonly user_name?: string
}

export interface TransferBatchRequest {
  readonly appid: string
  readonly out_batch_no: string
  readonly batch_name: string
  readonly batch_remark: string
  readonly total_amount: number
  readonly total_num: number
  readonly transfer_detail_list: readonly TransferDetail[]
  readonly transfer_scene_id?: string
  readonly notify_url?: string
}

/** Transfers to many users at once, all of which arrive as soon as the batch is accepted. */
export interface TransferBatch {
  readonly request: TransferBatchRequest
  readonly fingerprint: string
  readonly batchId: string
  readonly time: string
}
