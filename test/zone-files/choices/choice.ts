/** Why we accept, or refuse, texts that the four do not read alike. */
export interface Choice {
  readonly because: string;
  /** {@link textKey} of each. */
  readonly texts: readonly string[];
}

/** Why a server's records of texts are not ours. */
export interface Difference extends Choice {
  readonly server: 'bind' | 'knot' | 'nsd';
}

/** The text itself; a long one by its beginning and its length. */
export function textKey(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 60)}...(${text.length})`;
}
