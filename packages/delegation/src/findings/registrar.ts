import { rdataToText, TYPE } from '@zonewire/shared-protocol';
import { dsToEnter } from '@zonewire/zone';
import type { RegistrarEntry } from '../model.ts';
import type { View } from './view.ts';

/** What belongs at the registrar, by what the zone itself says; by the delegation where the zone says nothing. */
export function registrarEntry(view: View): RegistrarEntry {
  const { facts, zone, apex, truth } = view;
  const ns = [...(apex ?? view.delegated)].sort();
  const glue = ns
    .filter((name) => view.isInside(name))
    .flatMap((name) => (view.host(name)?.addresses ?? []).map((address) => ({ name, address })));
  const ds = truth?.keys === undefined ? [] : dsToEnter(zone, truth.keys, facts.at / 1000);
  return { ns, glue, ds: ds.map(dsText) };
}

export function dsText(rdata: Uint8Array): string {
  return rdataToText(TYPE.DS, rdata);
}

export function nsLine(name: string): string {
  return `NS ${name}`;
}

/** `glue ns1.example.test. A 192.0.2.1` */
export function glueLine(name: string, address: string): string {
  return `glue ${name} ${address.includes(':') ? 'AAAA' : 'A'} ${address}`;
}

export function dsLine(text: string): string {
  return `DS ${text}`;
}
