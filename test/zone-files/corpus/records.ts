/** One text for each rdata: `a TYPE rdata`. */
export function records(type: string, ...rdatas: readonly string[]): string[] {
  return rdatas.map((rdata) => `a ${type} ${rdata}\n`);
}
