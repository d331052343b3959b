import { type Name, nameFromText } from '@zonewire/shared-protocol';
import { ApiError } from './problem.ts';

/** Reads what {@link zoneToSegment} writes; the final dot may be left out. @throws ApiError 400 */
export function zoneFromSegment(segment: string): Name {
  const text = segment.replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const result = nameFromText(text);
  if (!result.ok) throw new ApiError(400, result.error.code, result.error.message);
  return result.value;
}
