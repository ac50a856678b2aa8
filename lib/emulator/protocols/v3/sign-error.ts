import { bodyText } from '../../control/recorder.js'
import type { Diagnosis } from '../../diagnosis/diagnosis.js'
import { Refusal } from '../../routing/refusal.js'
import type { V3Verification } from './authorization.js'

/** The bytes of the body that the API shows in `truncated_sign_message`. */
const TRUNCATED_BODY = 8
/** The bytes of a canonical message that are repeated to the client. */
const SHOWN_MESSAGE = 65_536
const NEWLINE = 0x0a

/**
 * 401 `SIGN_ERROR` in the API's own shape. Beyond it, `detail.message` has the whole canonical message, and
 * `detail.diagnosis` what the client signed instead, where that was found out.
 */
export function signError(
  method: string,
  url: string,
  {
    message,
    problem,
    said,
    diagnosis,
  }: V3Verification & { verified: false; readonly diagnosis?: Diagnosis | undefined },
): Refusal {
  let bodyStart = 0
  for (let line = 0; line < 4; line++) bodyStart = message.indexOf(NEWLINE, bodyStart) + 1
  const shown = message.subarray(bodyStart, -1).subarray(0, TRUNCATED_BODY)
  return new Refusal(401, 'SIGN_ERROR', said, {
    field: 'signature',
    issue: problem,
    location: 'authorization',
    detail: { issue: problem },
    ...(diagnosis && {
      diagnosis: { part: diagnosis.part, issue: diagnosis.issue, said: diagnosis.said },
    }),
    message: bodyText(message.subarray(0, SHOWN_MESSAGE)),
    sign_information: {
      method,
      url,
      truncated_sign_message: `${message.toString('utf8', 0, bodyStart)}${shown.toString()}\n`,
      sign_message_length: message.length,
    },
  })
}
