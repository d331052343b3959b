import { createHmac } from 'node:crypto';

/** Seconds since the epoch at which the body was signed; part of what is signed, so that an old one cannot be sent again. */
export const TIMESTAMP_HEADER = 'Zonewire-Timestamp';
/** `sha256=` and HMAC-SHA256, in hex, of timestamp, a dot, and the body as it is. */
export const SIGNATURE_HEADER = 'Zonewire-Signature';
/** The same at every attempt of one delivery: for receivers that must not do a thing twice. */
export const DELIVERY_HEADER = 'Zonewire-Delivery';

/** @returns the value of {@link SIGNATURE_HEADER}. `timestamp` in seconds. */
export function signature(secret: Uint8Array, timestamp: number, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}
