import type { ZoneStatus } from '@zonewire/nameserver';
import { changeId } from '@zonewire/replicas';
import type { Name } from '@zonewire/shared-protocol';
import { z } from 'zod';
import type { ActionOutcome, ControlPorts } from '../ports.ts';
import { ApiError } from '../problem.ts';
import type { Route } from '../route.ts';
import { readPatch } from '../rrset-patch.ts';
import { actionOutcome, changeOutcome, type RRsetPatch, rrsetPatch } from '../schemas.ts';
import { knownZone } from './zones.ts';

const reloadBody = z.strictObject({
  discardUpdates: z
    .boolean()
    .default(false)
    .meta({ description: 'Take the file even where that loses dynamic updates made since it was last read.' }),
});

interface Action {
  readonly name: string;
  readonly summary: string;
  /** The role that can do it; undefined: both. */
  readonly role?: 'primary' | 'secondary';
  readonly body?: z.ZodType;
  act(ports: ControlPorts, zone: Name, body: unknown): Promise<ActionOutcome>;
}

const ACTIONS: readonly Action[] = [
  {
    name: 'reload',
    summary: 'Primary: read the zone file again. A broken file changes nothing',
    role: 'primary',
    body: reloadBody,
    act: (ports, zone, body) => ports.primary.reload(zone, body as z.output<typeof reloadBody>),
  },
  {
    name: 'freeze',
    summary: 'Primary: refuse dynamic updates until thaw, so that the zone file can be edited',
    role: 'primary',
    act: (ports, zone) => ports.primary.freeze(zone),
  },
  {
    name: 'thaw',
    summary: 'Primary: accept dynamic updates again',
    role: 'primary',
    act: (ports, zone) => ports.primary.thaw(zone),
  },
  {
    name: 'notify',
    summary: 'Send NOTIFY to every configured target now',
    act: (ports, zone) => ports.notify(zone),
  },
  {
    name: 'refresh',
    summary: 'Secondary: ask the primaries for their serial now, and transfer if it is newer',
    role: 'secondary',
    act: (ports, zone) => ports.secondary.refresh(zone),
  },
  {
    name: 'retransfer',
    summary: 'Secondary: transfer the whole zone now (AXFR), whatever its serial',
    role: 'secondary',
    act: (ports, zone) => ports.secondary.retransfer(zone),
  },
];

export const actionRoutes: readonly Route[] = [
  ...ACTIONS.map(
    (action): Route => ({
      method: 'POST',
      path: `/api/v1/zones/{zone}/${action.name}`,
      id: `${action.name}Zone`,
      summary: action.summary,
      body: action.body ?? z.strictObject({}),
      bodyOptional: true,
      answer: actionOutcome,
      async handle({ params, body }, ports) {
        const { name, status } = knownZone(params.zone, ports);
        checkRole(action, status);
        const outcome = await action.act(ports, name, body);
        const { zone } = status;
        const { serial } = outcome;
        // What a reload, refresh or retransfer serves now is what can be waited for.
        return { zone, ...outcome, ...(serial === undefined ? {} : { changeId: changeId({ zone, serial }) }) };
      },
    }),
  ),
  {
    method: 'PATCH',
    path: '/api/v1/zones/{zone}',
    id: 'changeZone',
    summary: 'Primary: change RRsets, all or none. Answered once the change is durable and served',
    body: rrsetPatch,
    answer: changeOutcome,
    async handle({ params, body }, ports) {
      const { name, status } = knownZone(params.zone, ports);
      checkRole({ name: 'change', role: 'primary' }, status);
      const changes = readPatch(name, (body as RRsetPatch).rrsets);
      return { zone: status.zone, ...(await ports.primary.change(name, changes)) };
    },
  },
];

const INSTEAD = {
  primary: 'ask for it at the primary; here: zonewire zone refresh',
  secondary: 'here: zonewire zone reload',
};

function checkRole(action: { name: string; role?: 'primary' | 'secondary' }, { zone, role }: ZoneStatus): void {
  if (action.role === undefined || action.role === role) return;
  const detail = `this node is ${role} for ${zone}, and ${action.name} is for a ${action.role}; ${INSTEAD[action.role]}`;
  throw new ApiError(409, 'zone-wrong-role', detail, { zone });
}
