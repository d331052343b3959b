import {
  decodeMessage,
  type Message,
  nameToText,
  rcodeToText,
  recordToText,
  typeToText,
} from '@zonewire/shared-protocol';

/** An answer as dig prints it, or its octets where they cannot be read. */
export function messageText(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return ';; no answer';
  const raw = `;; ${bytes.length} octets: ${Buffer.from(bytes).toString('hex')}`;
  const decoded = decodeMessage(bytes);
  if (!decoded.ok) return `;; cannot be read: ${decoded.error.message}\n${raw}`;
  const { value } = decoded;
  return [header(value), ...sections(value), raw].join('\n');
}

function header(message: Message): string {
  const flags = (['qr', 'aa', 'tc', 'rd', 'ra', 'ad', 'cd'] as const).filter((flag) => message[flag]);
  const { edns } = message;
  const opt = edns ? `; EDNS version ${edns.version}${edns.dnssecOk ? ' do' : ''} udp ${edns.udpSize}` : '';
  return `;; ${rcodeToText(message.rcode)}, flags: ${flags.join(' ')}${opt}`;
}

function sections(message: Message): string[] {
  const lines = message.question.map((one) => `;${nameToText(one.name)} ${typeToText(one.type)}`);
  for (const section of ['answer', 'authority', 'additional'] as const) {
    if (message[section].length === 0) continue;
    lines.push(`;; ${section.toUpperCase()}`, ...message[section].map(recordToText).sort());
  }
  return lines;
}
