import { rdataToText, TYPE } from '@zonewire/shared-protocol';
import { type Peer, startBind, startKnot, startNsd, ZonewireNode } from '@zonewire/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { explainedDifferences } from '../explained-differences.ts';
import { askAll, type Compared, compared } from './ask.ts';
import { DENIALS, makeSigner, VENDORS } from './signers.ts';
import { PARENT, parentZone, QUESTIONS, SIGNED_CHILD } from './zones.ts';

/** Where two of the three agree and we do not: the questions, and the heading of docs/differences.md that says why. One of them alone is passed over. */
const DIFFERENCES: readonly { readonly questions: RegExp; readonly denial: RegExp; readonly heading: string }[] = [
  { questions: /(^|\.)any\.starred\./, denial: /^NSEC$/, heading: 'asterisk-as-closest-encloser' },
];

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function tidy<T extends { remove(): unknown }>(made: Promise<T>): Promise<T> {
  const thing = await made;
  cleanUp.push(() => thing.remove());
  return thing;
}

/** BIND and NSD put the zone's NS into positive answers, which nobody has to; additional data is compared with Knot, which does not. */
function essential({ rcode, aa, answer, authority }: Compared): string {
  const apexNs = /^example\.test\. \d+ in (ns |rrsig over 2,)/;
  return JSON.stringify({ rcode, aa, answer, authority: authority.filter((line) => !apexNs.test(line)) }, null, 1);
}

describe.each(VENDORS)('the zone signed by %s', (vendor) => {
  it.each(DENIALS)(
    '%s: our messages are those of named, knotd and nsd (RFC 4035 3.1, RFC 5155 7.2)',
    async (denial) => {
      const signer = await tidy(makeSigner(vendor, denial, PARENT));
      const child = await tidy(makeSigner(vendor, denial, SIGNED_CHILD));
      const zones = [{ name: PARENT, text: await signer.sign(parentZone(1, child.ds)) }];
      const node = await tidy(ZonewireNode.start({ zones }));
      const peers: Peer[] = [];
      for (const start of [startBind, startKnot, startNsd]) peers.push(await tidy(start({ zones })));
      const ours = await askAll(node, QUESTIONS);
      const theirs = await Promise.all(peers.map((peer) => askAll(peer, QUESTIONS)));
      const problems: string[] = [];
      const explained = new Set<string>();
      for (const [i, { name, type }] of QUESTIONS.entries()) {
        const us = essential(compared(ours[i]));
        const them = theirs.map((answers) => essential(compared(answers[i])));
        const agreeing = them.filter((one) => one === us).length;
        const against = them.some((one, k) => one !== us && them.indexOf(one) !== k);
        const reason = DIFFERENCES.find((one) => one.denial.test(denial) && one.questions.test(`${name} ${type}`));
        if (reason && against) explained.add(reason.heading);
        else if (agreeing === 0 || against)
          problems.push(`${name} ${type}\nours ${us}\n${them.map((one, k) => `${peers[k].vendor} ${one}`).join('\n')}`);
        const [additional, knots] = [ours[i], theirs[1][i]].map((message) => compared(message).additional.join('\n'));
        if (additional !== knots) problems.push(`${name} ${type}: additional\nours ${additional}\nknot ${knots}`);
      }
      expect(problems.slice(0, 5).join('\n\n')).toBe('');
      // A reason that explains nothing any more is to be taken out.
      expect([...explained]).toEqual(DIFFERENCES.filter((one) => one.denial.test(denial)).map((one) => one.heading));
      for (const heading of explained) expect(explainedDifferences()).toContain(heading);
      // The questions are worth asking: what proves the absence is there in most answers.
      const proving = ours.filter(({ authority }) =>
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
