import { rdataToText, TYPE } from '@zonewire/shared-protocol';
import { ZonewireNode } from '@zonewire/testkit';
import { describe, expect, it } from 'vitest';
import { Judge } from '../differential/compare/judge.ts';
import { compareZones } from '../differential/compare-zones.ts';
import { EXPLANATIONS } from '../differential/explanations/all.ts';
import type { Question } from '../differential/questions.ts';
import { tidy } from '../fixtures/tidy.ts';
import { askAll } from './ask.ts';
import { DENIALS, makeSigner, VENDORS } from './signers.ts';
import { PARENT, parentZone, QUESTIONS, SIGNED_CHILD } from './zones.ts';

const questions: readonly Question[] = QUESTIONS.map(({ name, type }) => ({
  name,
  type,
  transport: 'tcp',
  rd: true,
  cd: false,
  ad: false,
  edns: { udpSize: 4096, dnssecOk: true, option: false },
}));

describe.each(VENDORS)('the zone signed by %s', (vendor) => {
  it.each(DENIALS)(
    '%s: our messages are those of named, knotd and nsd, or docs/differences.md says why not (RFC 4035 3.1, RFC 5155 7.2)',
    async (denial) => {
      const signer = await tidy(makeSigner(vendor, denial, PARENT));
      const child = await tidy(makeSigner(vendor, denial, SIGNED_CHILD));
      const zone = { name: PARENT, text: await signer.sign(parentZone(1, child.ds)), signed: true };
      const judge = new Judge(EXPLANATIONS);
      const { findings, refused } = await compareZones([{ zone, questions }], ['bind', 'knot', 'nsd'], judge);
      expect(refused).toEqual([]);
      const problems = findings.flatMap(({ question, unexplained }) =>
        unexplained.map(({ peer, text }) => `${question.name} ${question.type}: ${peer} ${text}`),
      );
      expect(problems.slice(0, 20)).toEqual([]);
      if (denial === 'NSEC') expect(judge.uses.get('asterisk-as-closest-encloser')).toBeGreaterThan(0);

      // The questions are worth asking: what proves the absence is there in most answers.
      const node = await tidy(ZonewireNode.start({ zones: [zone] }));
      const proving = (await askAll(node, QUESTIONS)).filter(({ authority }) =>
        authority.some(({ type }) => type === (denial === 'NSEC' ? TYPE.NSEC : TYPE.NSEC3)),
      );
      expect(proving.length).toBeGreaterThan(QUESTIONS.length / 2);
      if (denial === 'NSEC3 opt-out')
        expect(
          proving.some(({ authority }) =>
            authority.some(
              ({ type, rdata }) => type === TYPE.NSEC3 && / 1 0 /.test(rdataToText(type, rdata).slice(0, 6)),
            ),
          ),
        ).toBe(true);
    },
  );
});
