import type { TimelineSecondary } from '../contract.ts';
import { duration } from '../format.ts';
import type { LagScale } from './lag-scale.ts';
import { MOMENTS } from './moments.ts';

/** One bar: from the commit to the answer, with a mark for each moment. Without an answer it is open up to `now`. */
export function TimelineBar(props: {
  secondary: TimelineSecondary;
  committedAt: number;
  now: number | undefined;
  scale: LagScale;
}) {
  const { secondary, committedAt, now, scale } = props;
  const { answeredAt } = secondary;
  const percent = (at: number) => `${(scale.at(at - committedAt) * 100).toFixed(2)}%`;
  const marks = MOMENTS.flatMap(({ key, word }) => {
    const at = secondary[key];
    return at === undefined ? [] : [{ key, word, at }];
  });
  const says = marks.map(({ word, at }) => `${word} ${duration(Math.max(0, at - committedAt))}`).join(', ');
  const end = answeredAt ?? now ?? marks.at(-1)?.at;
  return (
    <svg class="bar" role="img" aria-label={says === '' ? 'nothing yet' : says}>
      <title>{says === '' ? 'nothing yet' : says}</title>
      {scale.ticks.map((tick) => (
        <line
          key={tick}
          class="grid"
          x1={`${scale.at(tick) * 100}%`}
          x2={`${scale.at(tick) * 100}%`}
          y1="0"
          y2="100%"
        />
      ))}
      {end === undefined ? null : answeredAt !== undefined ? (
        <rect class="done" x="0" y="30%" width={percent(answeredAt)} height="40%" rx="1" />
      ) : (
        <line class="open" x1="0" x2={percent(end)} y1="50%" y2="50%" />
      )}
      {marks.map(({ key, at }) => (
        <line key={key} class={`moment-${key}`} x1={percent(at)} x2={percent(at)} y1="15%" y2="85%" />
      ))}
    </svg>
  );
}
