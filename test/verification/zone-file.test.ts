import { ZonewireNode } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import { makeSigner } from '../dnssec/signers.ts';
import { PARENT, parentZone } from '../dnssec/zones.ts';
import { tidy } from '../fixtures/tidy.ts';

/** The same checks when a primary loads a zone file. */

interface Status {
  readonly state: string;
  readonly served?: { readonly serial: number };
  readonly lastError?: { readonly code: string; readonly message: string };
  readonly warnings?: readonly string[];
  readonly verification?: { readonly serial: number; readonly zonemd?: string; readonly dnssec?: string };
}

it('a signed zone file: taken when it is right; altered, refused where that is required and told of where it is not', async () => {
  const signer = await tidy(makeSigner('ldns', 'NSEC3', PARENT, ['-z', 'simple:sha384']));
  const good = await signer.sign(parentZone(1, ''));
  const strict = await tidy(
    ZonewireNode.start({
      zones: [{ name: PARENT, text: good, settings: { 'zonemd-verify': 'require', 'dnssec-validation': 'require' } }],
    }),
  );
  const byDefault = await tidy(ZonewireNode.start({ zones: [{ name: PARENT, text: good }] }));
  await strict.untilSerial(PARENT, 1);
  expect((await strict.status<Status>(PARENT)).verification).toMatchObject({
    serial: 1,
    zonemd: 'verified',
    dnssec: 'valid',
  });
  await byDefault.untilSerial(PARENT, 1);
  const { verification } = await byDefault.status<Status>(PARENT);
  expect(verification).toMatchObject({ serial: 1, zonemd: 'verified' });
  expect(verification).not.toHaveProperty('dnssec');

  const next = await signer.sign(parentZone(2, ''));
  const altered = next.replace(/^(ns\.plain\S*\s.*\sA\s+)127\.0\.0\.1$/m, '$1192.0.2.66');
  expect(altered).not.toBe(next);
  await expect(strict.rewrite(PARENT, altered)).rejects.toThrow(/zonemd-verify: require/);
  expect(await strict.status<Status>(PARENT)).toMatchObject({
    state: 'serving',
    served: { serial: 1 },
    lastError: { code: 'zonemd-mismatch', message: expect.stringContaining('serial 1 stays served') },
    verification: { serial: 1 },
  });
  await byDefault.rewrite(PARENT, altered);
  expect(await byDefault.status<Status>(PARENT)).toMatchObject({
    served: { serial: 2 },
    warnings: [expect.stringMatching(/^ZONEMD: /)],
    verification: { serial: 2, zonemd: 'failed' },
  });

  await strict.rewrite(PARENT, next);
  expect(await strict.status<Status>(PARENT)).toMatchObject({
    served: { serial: 2 },
    verification: { serial: 2, zonemd: 'verified' },
  });
  expect((await strict.status<Status>(PARENT)).lastError).toBeUndefined();
});
