import type { Edns } from '../edns/opt.ts';
import type { Name } from '../name/name.ts';
import type { ResourceRecord } from '../record/record.ts';
import type { TsigRecord } from '../tsig/record.ts';

export interface Question {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
}

/** A whole decoded message, for the cold paths (NOTIFY, UPDATE, SOA checks, tests). Transfers and queries use RecordCursor. */
export interface Message {
  id: number;
  qr: boolean;
  opcode: number;
  aa: boolean;
  tc: boolean;
  rd: boolean;
  ra: boolean;
  ad: boolean;
  cd: boolean;
  /** 12 bits with EDNS, else 4. */
  rcode: number;
  question: Question[];
  answer: ResourceRecord[];
  authority: ResourceRecord[];
  /** Without OPT and TSIG. */
  additional: ResourceRecord[];
  edns?: Edns | undefined;
  /** Parsed, not verified. */
  tsig?: TsigRecord | undefined;
}

/** What {@link encodeMessage} takes: flags default to false, sections to empty. TSIG is never encoded: signing is separate. */
export interface MessageDraft {
  readonly id: number;
  readonly qr?: boolean | undefined;
  readonly opcode?: number | undefined;
  readonly aa?: boolean | undefined;
  readonly tc?: boolean | undefined;
  readonly rd?: boolean | undefined;
  readonly ra?: boolean | undefined;
  readonly ad?: boolean | undefined;
  readonly cd?: boolean | undefined;
  readonly rcode?: number | undefined;
  readonly question?: readonly Question[] | undefined;
  readonly answer?: readonly ResourceRecord[] | undefined;
  readonly authority?: readonly ResourceRecord[] | undefined;
  readonly additional?: readonly ResourceRecord[] | undefined;
  readonly edns?: Edns | undefined;
}
