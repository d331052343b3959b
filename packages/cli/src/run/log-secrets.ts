/** Values of these keys never reach a log, wherever in a line they stand. */
const SECRETS = ['secret', 'token', 'mac', 'authorization', 'x-api-key'];

/** Such a key as JSON has it; in a text its quotes would be escaped. */
const SECRET_KEY = new RegExp(`"(?:${SECRETS.join('|')})":`);

/**
 * A JSON line of the log, ending in a newline, without the secrets that are in it. Hardly a line has any, and finding that out is a
 * search; pino's own redaction parses all of its paths again for each line (0.1 ms of a change) and looks three levels deep.
 */
export function withoutSecrets(line: string): string {
  if (!SECRET_KEY.test(line)) return line;
  return `${JSON.stringify(JSON.parse(line, (key, value) => (SECRETS.includes(key) ? '[secret]' : value)))}\n`;
}
