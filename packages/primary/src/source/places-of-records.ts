import { type IncludePort, type Name, nameKey, parseZoneText, type ZoneTextSink } from '@zonewire/shared-protocol';

export interface WantedPlace {
  /** The owner. */
  readonly name: Name;
  /** undefined: any record of the owner. */
  readonly type?: number | undefined;
}

/**
 * Where in a zone's text the first record of each wanted owner (and type) stands, as `file:line:column`; undefined where there is
 * none. The text is parsed once more for it: a check that finds nothing wrong should not pay for places.
 */
export function placesOfRecords(
  text: Uint8Array,
  { apex, path, include }: { apex: Name; path: string; include: IncludePort },
  wanted: readonly WantedPlace[],
): (string | undefined)[] {
  const open = new Map<string, number[]>();
  wanted.forEach(({ name }, i) => {
    open.set(nameKey(name), [...(open.get(nameKey(name)) ?? []), i]);
  });
  const places = new Array<string | undefined>(wanted.length).fill(undefined);
  let here: [file: string, line: number, column: number] = [path, 1, 1];
  const sink: ZoneTextSink = {
    at(file, line, column) {
      here = [file, line, column];
    },
    add(name, start, end, recordType) {
      for (const i of open.get(nameKey(name.subarray(start, end))) ?? []) {
        const { type } = wanted[i];
        if (places[i] === undefined && (type === undefined || type === recordType)) places[i] = here.join(':');
      }
    },
  };
  parseZoneText(text, { origin: apex, zone: apex, file: path, include, sink });
  return places;
}
