/** What one zone text may cost. */
export interface ZoneTextLimits {
  /** $INCLUDE inside $INCLUDE, and so on. */
  readonly includeDepth: number;
  /** $INCLUDE directives followed in all, so that files which include one another twice come to an end. */
  readonly includes: number;
  /** Records made by $GENERATE in all. */
  readonly generated: number;
  /** Problems after which reading stops. */
  readonly problems: number;
  /** Warnings kept; the rest is only counted. */
  readonly warnings: number;
}

export const ZONE_TEXT_LIMITS: ZoneTextLimits = {
  includeDepth: 16,
  includes: 10_000,
  generated: 1_000_000,
  problems: 20,
  warnings: 20,
};
