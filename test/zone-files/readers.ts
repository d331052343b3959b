import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { READERS, type Reader, type ReadyCase, zoneFile } from './case.ts';

/** What one program says of one text. */
export interface Verdict {
  readonly accepted: boolean;
  /** What it printed, for failures. */
  readonly said: string;
}

/** What named-checkzone looks at beyond reading is left out: only whether the text is a zone counts here. */
const NO_CHECKS = '-k ignore -n ignore -m ignore -M ignore -S ignore -r ignore -T ignore -W ignore';

const COMMANDS: Readonly<Record<Reader, (zone: string, file: string, integrity: boolean) => string>> = {
  bind: (zone, file, integrity) =>
    `named-checkzone -q ${integrity ? '-i local -k fail' : `-i none ${NO_CHECKS}`} ${zone} ${file}`,
  knot: (zone, file) => `kzonecheck -d off -o ${zone} ${file}`,
  nsd: (zone, file) => `nsd-checkzone ${zone} ${file}`,
  // It cannot be told the origin: a copy of the file says it.
  ldns: (_, file) => `ldns-read-zone ${LDNS_FOLDER}/${file}`,
};

export const LDNS_FOLDER = 'ldns';

/** Shells that run at a time. */
const SHELLS = 4;
const MAX_TIME = 800_000;

/**
 * Asks the four about every case; the files lie in `folder`, included ones beside them. Shells start the thousands of programs:
 * much quicker than from here.
 */
export async function readByAll(folder: string, cases: readonly ReadyCase[]): Promise<Map<Reader, Verdict>[]> {
  const answers = join(folder, 'answers');
  mkdirSync(answers);
  const lines = cases.flatMap(({ zone, integrity }, i) =>
    READERS.map((reader) => {
      const answer = `answers/${reader}-${i}`;
      return `${COMMANDS[reader](zone, zoneFile(zone), integrity)} >${answer} 2>&1; echo $? >${answer}.code`;
    }),
  );
  await Promise.all(
    Array.from({ length: SHELLS }, (_, part) => {
      const script = join(folder, `part-${part}.sh`);
      writeFileSync(script, lines.filter((_line, i) => i % SHELLS === part).join('\n'));
      return shell(folder, script);
    }),
  );
  return cases.map((_, i) => new Map(READERS.map((reader) => [reader, verdict(answers, `${reader}-${i}`)])));
}

function verdict(answers: string, file: string): Verdict {
  const code = readFileSync(join(answers, `${file}.code`), 'latin1').trim();
  if (code === '127')
    throw new Error(`${file.split('-')[0]}'s zone reader is not installed; npm test installs it on Debian as root`);
  const accepted = code === '0';
  return { accepted, said: accepted ? '' : readFileSync(join(answers, file), 'latin1').slice(0, 1000) };
}

function shell(cwd: string, script: string): Promise<void> {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  return new Promise((resolve, reject) => {
    execFile('sh', [script], { cwd, env, timeout: MAX_TIME }, (error) =>
      error === null || error.code !== undefined ? resolve() : reject(error),
    );
  });
}
