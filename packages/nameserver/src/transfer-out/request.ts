import {
  CLASS,
  fail,
  type Message,
  namesEqual,
  ok,
  type Problem,
  RCODE,
  type Result,
  readSoa,
  TYPE,
} from '@zonewire/shared-protocol';

export type TransferRequest =
  | { readonly type: 'axfr' }
  /** `serial`: what the client has. */
  | { readonly type: 'ixfr'; readonly serial: number };

/** `rcode` is the answer. */
export interface TransferProblem extends Problem {
  readonly rcode: number;
}

/** Reads a decoded request whose question is already known to be one, of type AXFR or IXFR. */
export function readTransferRequest(
  message: Message,
  transport: 'udp' | 'tcp',
): Result<TransferRequest, TransferProblem> {
  const [question] = message.question;
  if (message.question.length !== 1 || question.class !== CLASS.IN)
    return refuse('transfer-question', 'a transfer needs one question of class IN');
  if (question.type === TYPE.AXFR) {
    if (transport === 'udp')
      return refuse('axfr-over-udp', 'AXFR over UDP is not defined (RFC 5936 4.2)', RCODE.NOTIMP);
    return ok({ type: 'axfr' });
  }
  // RFC 1995 3: the authority section holds the SOA of the client's version.
  const soas = message.authority.filter((record) => record.type === TYPE.SOA);
  const soa = soas.length === 1 && namesEqual(soas[0].name, question.name) ? readSoa(soas[0].rdata) : undefined;
  if (!soa?.ok)
    return refuse('ixfr-without-soa', "an IXFR needs the client's SOA in the authority section (RFC 1995 3)");
  return ok({ type: 'ixfr', serial: soa.value.serial });
}

function refuse(code: string, message: string, rcode: number = RCODE.FORMERR): { ok: false; error: TransferProblem } {
  return { ok: false, error: { ...fail(code, message).error, rcode } };
}
